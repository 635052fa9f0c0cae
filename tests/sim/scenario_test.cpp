#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "pipeline/sonar/geometry.hpp"
#include "tests/sim/scenarios.hpp"

namespace towfish {
namespace {

class EveryScenario : public testing::TestWithParam<const char*> {};

TEST_P(EveryScenario, EmitsPingsWithSamplesInUseOfTheirScale) {
  Sidescan source(scenario_file(GetParam()));
  EXPECT_LE(1 / source.ping_interval_s(), 1600 / 2 / 30.0);
  double sum = 0;
  std::size_t saturated = 0;
  std::size_t count = 0;
  source.seek(*source.size() / 3);
  for (const auto& trace : traces(source, Side::starboard, 40)) {
    for (const std::uint16_t sample : trace) {
      sum += sample;
      EXPECT_LE(sample, 32767);
      saturated += sample == 32767 ? 1 : 0;
    }
    count += trace.size();
  }
  EXPECT_GT(sum / static_cast<double>(count), 300);
  EXPECT_LT(static_cast<double>(saturated), 0.02 * static_cast<double>(count));
}

TEST_P(EveryScenario, HasVisibleMinesAndClutterInItsTruth) {
  std::map<ContactClass, int> seen;
  const Sidescan source(scenario_file(GetParam()));
  for (const TruthLook& look : source.truth()) {
    seen[look.contact_class] += look.visible ? 1 : 0;
    EXPECT_LT(look.ping, *source.size());
    EXPECT_GT(look.height_m, 0);
  }
  EXPECT_GE(seen[ContactClass::milco], 5);
  EXPECT_GE(seen[ContactClass::nombo], 3);
}

INSTANTIATE_TEST_SUITE_P(Files, EveryScenario,
                         testing::Values("harbour-flat", "sand-ripples", "rocky", "mixed-survey", "stress",
                                         "faulty"),
                         [](const auto& file) {
                           std::string name = file.param;
                           name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
                           return name;
                         });

TEST(MixedSurvey, EveryObjectIsSeenFromBothSides) {
  Sidescan source(scenario_file("mixed-survey"));
  std::map<std::uint32_t, std::set<bool>> looked_east;
  for (const TruthLook& look : source.truth()) {
    source.seek(look.ping);
    const double bearing = look_bearing_deg(source.next()->ping.heading_deg, look.side);
    if (look.visible) looked_east[look.truth_id].insert(bearing < 180);
  }
  EXPECT_EQ(looked_east.size(), 36U);
  for (const auto& [id, sides] : looked_east) EXPECT_EQ(sides.size(), 2U) << "object " << id;
}

TEST(Scenario, AFieldWithoutRoomIsRefused) {
  Scenario scenario;
  scenario.fields = {{.count = 100, .length_m = 10, .width_m = 10, .separation_m = 8}};
  EXPECT_THROW(Sidescan{scenario}, UsageError);
}

TEST(Scenario, ASingleWaypointIsRefused) {
  Scenario scenario;
  scenario.vehicle.waypoints = {{.east_m = 5, .north_m = 5}};
  EXPECT_THROW(Sidescan{scenario}, UsageError);
}

TEST(Scenario, ASurveyOfYearsIsRefused) {
  Scenario scenario;
  scenario.vehicle.survey = {.length_m = 100000, .lines = 1000};
  EXPECT_THROW(Sidescan{scenario}, UsageError);
}

TEST(Scenario, APulseLongerThanManySamplesIsRefused) {
  Scenario scenario;
  scenario.sonar.bandwidth_khz = 1;
  scenario.sonar.samples = 32768;
  EXPECT_THROW(Sidescan{scenario}, UsageError);
}

TEST(Scenario, MoreRocksThanFitIntoMemoryAreRefused) {
  Scenario scenario;
  scenario.vehicle.survey.length_m = 20000;
  scenario.seabed.rocks.per_100_m2 = 20;
  EXPECT_THROW(Sidescan{scenario}, UsageError);
}

}  // namespace
}  // namespace towfish
