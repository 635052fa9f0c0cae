#include "sim/sidescan.hpp"

#include <gmock/gmock.h>

#include <cstring>

#include "tests/sim/scenarios.hpp"

namespace towfish {
namespace {

TEST(Sidescan, TheSameScenarioGivesTheSameBytes) {
  Sidescan one(scenario_file("harbour-flat"));
  Sidescan two(scenario_file("harbour-flat"));
  EXPECT_EQ(traces(one, Side::port, 20), traces(two, Side::port, 20));
}

TEST(Sidescan, AnotherSeedGivesAnotherPicture) {
  Scenario scenario = scenario_file("harbour-flat");
  Sidescan one(scenario);
  ++scenario.seed;
  Sidescan two(scenario);
  EXPECT_NE(traces(one, Side::port, 1), traces(two, Side::port, 1));
}

TEST(Sidescan, SeekingToAPingGivesTheBytesOfRunningThrough) {
  Sidescan through(scenario_file("harbour-flat"));
  Sidescan sought(scenario_file("harbour-flat"));
  traces(through, Side::starboard, 150);
  sought.seek(150);
  const PingPair a = *through.next();
  const PingPair b = *sought.next();
  EXPECT_EQ(std::memcmp(&a.ping, &b.ping, sizeof(Ping)), 0);
  std::vector<std::uint16_t> trace_a(2048);
  std::vector<std::uint16_t> trace_b(2048);
  for (const Side side : kSides) {
    through.read_trace(side, trace_a);
    sought.read_trace(side, trace_b);
    EXPECT_EQ(trace_a, trace_b) << name(side);
  }
}

TEST(Sidescan, EndsWhereItsSizeSaysAndSeekBeyondEnds) {
  Sidescan source(flat_bottom());
  const std::uint64_t size = *source.size();
  EXPECT_NEAR(static_cast<double>(size) * source.ping_interval_s() * 1.8, 200, 0.3);
  source.seek(size - 1);
  ASSERT_NE(source.next(), nullptr);
  EXPECT_EQ(source.next(), nullptr);
  source.seek(size + 5);
  EXPECT_EQ(source.next(), nullptr);
}

TEST(Sidescan, MorePingsThanTheRangeAllowsAreRefused) {
  Scenario scenario = flat_bottom();
  scenario.sonar.ping_rate_hz = 16;  // c/2R is 15 at 50 m
  try {
    const Sidescan source(scenario);
    FAIL() << "not refused";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("sonar.ping_rate_hz"));
  }
}

TEST(Sidescan, TheDefaultScenarioPassesEightVisibleObjectsInItsFirstTwentySeconds) {
  const Sidescan source(scenario_file("harbour-flat"));
  const auto pings = static_cast<std::uint64_t>(20 / source.ping_interval_s());
  int mines = 0;
  int seen = 0;
  for (const TruthLook& look : source.truth()) {
    if (!look.visible || look.ping < 20 || look.ping + 20 > pings) continue;
    ++seen;
    mines += look.contact_class == ContactClass::milco ? 1 : 0;
  }
  EXPECT_GE(seen, 8);
  EXPECT_GE(mines, 6);
}

TEST(Sidescan, AnObjectBehindAWreckIsInTheTruthButNotVisible) {
  Scenario scenario = flat_bottom();
  scenario.objects = {{.shape = Shape::wreck, .east_m = 25, .north_m = 50},
                      {.shape = Shape::truncated_cone, .east_m = 31, .north_m = 50},
                      {.shape = Shape::truncated_cone, .east_m = -31, .north_m = 50},
                      {.shape = Shape::truncated_cone, .east_m = 80, .north_m = 50}};
  std::vector<std::pair<std::uint32_t, bool>> visible;
  for (const TruthLook& look : Sidescan(scenario).truth()) visible.emplace_back(look.truth_id, look.visible);
  EXPECT_THAT(visible,
              testing::UnorderedElementsAre(std::pair(1U, true), std::pair(2U, false), std::pair(3U, true)));
}

}  // namespace
}  // namespace towfish
