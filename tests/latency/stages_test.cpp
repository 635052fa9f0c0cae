#include "pipeline/latency/stages.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "pipeline/latency/report.hpp"

namespace towfish::latency {
namespace {

FrameReport report_stamped(std::int64_t first_due, std::int64_t last_due, std::int64_t published,
                           std::int64_t taken, std::int64_t detected) {
  FrameReport report;
  report.frame.first_due_ns = first_due;
  report.frame.last_due_ns = last_due;
  report.frame.published_ns = published;
  report.taken_ns = taken;
  report.detected_ns = detected;
  return report;
}

TEST(Stages, FromEmitToFuseAddUpToTotal) {
  const StageTimes times = stage_times(report_stamped(100, 1000, 1011, 1040, 1500), 1777, 1900);
  EXPECT_THAT(times, testing::ElementsAre(900, 11, 29, 460, 277, 123, 900));
  EXPECT_EQ(times[1] + times[2] + times[3] + times[4] + times[5], times[index(Stage::total)]);
}

TEST(LatencyBlock, AFrameIsLateOneNanosecondPastTheDeadlineNotOnIt) {
  const auto block = std::make_unique<LatencyBlock>();
  StageTimes times{};
  times[index(Stage::total)] = 50'000'000;
  block->record(Side::port, 0, 0, times, 50'000'000);
  EXPECT_EQ(percentiles(*block, Stage::total).late, 0U);
  times[index(Stage::total)] += 1;
  block->record(Side::port, 1, 16, times, 50'000'000);
  EXPECT_EQ(percentiles(*block, Stage::total).late, 1U);
  EXPECT_EQ(percentiles(*block, Stage::emit).late, 0U);
}

TEST(LatencyBlock, KeepsTheTenSlowestFramesWithTheirStages) {
  const auto block = std::make_unique<LatencyBlock>();
  for (std::uint64_t sequence = 0; sequence < 100; ++sequence) {
    StageTimes times{};
    times[index(Stage::detect)] = static_cast<std::int64_t>((sequence * 37) % 100) * 1000;
    times[index(Stage::total)] = times[index(Stage::detect)];
    block->record(Side::starboard, sequence, sequence * 16, times, 1'000'000);
  }
  const nlohmann::json worst = json(*block, 1'000'000)["worst"];
  ASSERT_EQ(worst.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(worst[i]["total"], 99.0 - static_cast<double>(i));
    EXPECT_EQ(worst[i]["detect"], worst[i]["total"]);
    EXPECT_EQ(worst[i]["side"], "starboard");
  }
}

TEST(LatencyReport, CountsBothSidesTogetherAndApart) {
  const auto block = std::make_unique<LatencyBlock>();
  StageTimes times{};
  times.fill(2000);
  block->record(Side::port, 0, 0, times, 1000);
  block->record(Side::port, 1, 0, times, 1000);
  block->record(Side::starboard, 0, 0, times, 1000);
  const nlohmann::json report = json(*block, 1000);
  EXPECT_EQ(report["total"]["count"], 3);
  EXPECT_EQ(report["total"]["over_deadline"], 3);
  EXPECT_EQ(report["port"]["total"]["count"], 2);
  EXPECT_EQ(report["starboard"]["emit"]["count"], 1);
  EXPECT_DOUBLE_EQ(report["total"]["p50"], 2.0);
  EXPECT_THAT(table(*block, 1000), testing::HasSubstr("total"));
}

}  // namespace
}  // namespace towfish::latency
