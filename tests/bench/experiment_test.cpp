#include "pipeline/bench/experiment.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace towfish::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Experiment two_cases(std::string& order) {
  Experiment experiment{"test", "A title", "x", {"ms"}, "ms", {}};
  for (const char* label : {"1", "10"}) {
    experiment.cases.push_back({"series",
                                label,
                                std::stod(label),
                                [&order, label] {
                                  order += label;
                                  order += " ";
                                  return Figures{{"ms", 2.0 * static_cast<double>(order.size())}};
                                },
                                {},
                                {}});
  }
  return experiment;
}

TEST(Spread, IsTheMedianWithTheLeastAndTheMost) {
  EXPECT_EQ(spread({5, 1, 3}).median, 3);
  EXPECT_EQ(spread({5, 1, 3, 4}).median, 3.5);
  EXPECT_EQ(spread({5, 1, 3}).least, 1);
  EXPECT_EQ(spread({5, 1, 3}).most, 5);
  EXPECT_EQ(spread({}).median, 0);
}

TEST(Experiment, RepetitionsAreInterleaved) {
  std::string order;
  Experiment experiment = two_cases(order);
  run_interleaved(experiment, 3);
  EXPECT_EQ(order, "1 10 1 10 1 10 ");
  EXPECT_EQ(experiment.cases[0].values["ms"].size(), 3U);
}

TEST(Experiment, ACaseThatFailsIsReportedAndTheOthersGoOn) {
  std::string order;
  Experiment experiment = two_cases(order);
  experiment.cases[0].run = []() -> Figures { throw std::runtime_error("no such thing"); };
  run_interleaved(experiment, 2);
  EXPECT_EQ(order, "10 10 ");
  EXPECT_THAT(table(experiment), HasSubstr("failed: no such thing"));
  EXPECT_EQ(json(experiment)["cases"][0]["failure"], "no such thing");
}

TEST(Experiment, IsShownAsTableJsonAndPicture) {
  std::string order;
  Experiment experiment = two_cases(order);
  run_interleaved(experiment, 1);
  EXPECT_THAT(table(experiment), HasSubstr("4 (4-4)"));
  EXPECT_THAT(json(experiment)["cases"][1]["figures"]["ms"]["values"], ElementsAre(10.0));
  EXPECT_THAT(svg(experiment), HasSubstr("<polyline"));
}

}  // namespace
}  // namespace towfish::bench
