#include "pipeline/fusion/navigation.hpp"

#include <gmock/gmock.h>

namespace towfish {
namespace {

/// 2 m/s north, 10 pings/s.
Ping ping_at(std::uint64_t number) {
  Ping ping;
  ping.number = number;
  ping.time_utc_ns = 1'000'000'000'000 + static_cast<std::int64_t>(number) * 100'000'000;
  const Position position = destination({58, 11}, 0, 0.2 * static_cast<double>(number));
  ping.latitude_deg = position.latitude_deg;
  ping.longitude_deg = position.longitude_deg;
  ping.heading_deg = 0;
  ping.speed_mps = 2;
  ping.interval_s = 0.1F;
  return ping;
}

TrackStep step(std::uint64_t first) {
  TrackStep step;
  step.first = ping_at(first);
  step.last = ping_at(first + 15);
  return step;
}

TEST(Navigation, RecordedPositionIsTakenAsItIs) {
  Navigation navigation({});
  navigation.take(step(0));
  const Fix fix = navigation.at(ping_at(7));
  EXPECT_LT(distance_m(fix.position, destination({58, 11}, 0, 1.4)), 1e-3);
}

TEST(Navigation, MissingPositionIsInterpolatedBetweenTheEndsOfItsStep) {
  Navigation navigation({});
  navigation.take(step(0));
  navigation.take(step(16));
  Ping lost = ping_at(7);
  lost.latitude_deg = kUnknownDegrees;
  const Fix fix = navigation.at(lost);
  EXPECT_LT(distance_m(fix.position, destination({58, 11}, 0, 1.4)), 1e-3);
  EXPECT_EQ(navigation.faults().interpolated, 1U);
}

TEST(Navigation, MissingPositionBetweenUnknownEndsIsMissing) {
  Navigation navigation({});
  TrackStep off = step(0);
  off.last.latitude_deg = kUnknownDegrees;
  navigation.take(off);
  Ping lost = ping_at(7);
  lost.latitude_deg = kUnknownDegrees;
  EXPECT_FALSE(navigation.at(lost).complete());
  EXPECT_EQ(navigation.faults().missing, 1U);
}

TEST(Navigation, AbsurdPositionsAreMissing) {
  Navigation navigation({});
  for (const auto& [latitude, longitude] :
       {std::pair(0.0, 0.0), std::pair(95.0, 11.0), std::pair(58.0, 1e9)}) {
    Ping ping = ping_at(500);
    ping.latitude_deg = latitude;
    ping.longitude_deg = longitude;
    EXPECT_FALSE(navigation.at(ping).complete()) << latitude << ' ' << longitude;
  }
}

TEST(Navigation, SingleWildFixIsReplacedByWhatItsStepSays) {
  Navigation navigation({});
  navigation.take(step(0));
  Ping wild = ping_at(7);
  wild.latitude_deg += 0.01;
  EXPECT_LT(distance_m(navigation.at(wild).position, destination({58, 11}, 0, 1.4)), 1e-3);
}

TEST(Navigation, StepEndThatCannotBeReachedIsDropped) {
  Navigation navigation({});
  navigation.take(step(0));
  TrackStep off = step(16);
  off.last.latitude_deg += 1;
  navigation.take(off);
  EXPECT_EQ(navigation.faults().jumps, 1U);
  EXPECT_TRUE(navigation.first().complete());
  EXPECT_FALSE(navigation.last().complete());
  navigation.take(step(32));
  EXPECT_EQ(navigation.faults().jumps, 1U) << "the good path goes on";
}

TEST(Navigation, JumpOfAWholeStepBreaksThePath) {
  Navigation navigation({});
  navigation.take(step(0));
  TrackStep off = step(16);
  off.first.longitude_deg += 0.1;
  off.last.longitude_deg += 0.1;
  navigation.take(off);
  EXPECT_TRUE(navigation.broken());
  EXPECT_EQ(navigation.faults().jumps, 1U);
}

TEST(Navigation, AnotherLogOfTheSameLineDoesNotContinueThePath) {
  Navigation navigation({});
  for (std::uint64_t first = 0; first < 1600; first += 16) navigation.take(step(first));
  TrackStep again = step(0);  // 320 m back, a minute later: no jump, the vehicle could have got there.
  again.first.number += 1600;
  again.last.number += 1600;
  again.first.time_utc_ns += 220'000'000'000;
  again.last.time_utc_ns += 220'000'000'000;
  navigation.take(again);
  EXPECT_TRUE(navigation.broken());
  EXPECT_EQ(navigation.faults().jumps, 0U);
}

TEST(Navigation, WayBackAlongTheLineDoesNotContinueThePath) {
  Navigation navigation({.max_speed_mps = 100});
  for (std::uint64_t first = 0; first < 1600; first += 16) navigation.take(step(first));
  TrackStep again = step(1400);  // 40 m back in 5 s: faster than the sonar swims, yet no jump.
  again.first.number = 1600;
  again.last.number = 1615;
  again.first.time_utc_ns = ping_at(1650).time_utc_ns;
  again.last.time_utc_ns = ping_at(1665).time_utc_ns;
  navigation.take(again);
  EXPECT_TRUE(navigation.broken());
}

TEST(Navigation, AnotherLogThatBeginsALittleEarlierDoesNotContinueThePath) {
  Navigation navigation({});
  for (std::uint64_t first = 0; first < 1600; first += 16) navigation.take(step(first));
  TrackStep again = step(1552);  // 10 m and seconds back.
  again.first.number += 1'000'000;
  again.last.number += 1'000'000;
  navigation.take(again);
  EXPECT_TRUE(navigation.broken());
}

TEST(Navigation, PositionThatStandsStillIsUncertainByTheWayMade) {
  Navigation navigation({.navigation_sigma_m = 0});
  TrackStep off = step(0);
  off.last.latitude_deg = off.first.latitude_deg;
  navigation.take(off);
  EXPECT_EQ(navigation.faults().repeated, 1U);
  EXPECT_NEAR(navigation.first().sigma_m, 3.0 / std::sqrt(3.0), 1e-3);
}

TEST(Navigation, ClockJumpsAreCounted) {
  Navigation navigation({});
  navigation.take(step(0));
  TrackStep back = step(16);
  back.first.time_utc_ns -= 3'600'000'000'000;
  back.last.time_utc_ns -= 3'600'000'000'000;
  navigation.take(back);
  EXPECT_EQ(navigation.faults().clock_jumps, 1U);
  EXPECT_FALSE(navigation.broken()) << "the position goes on";
  navigation.take(step(32));
  EXPECT_EQ(navigation.faults().clock_jumps, 2U);
  EXPECT_TRUE(navigation.broken()) << "an hour is missing";
}

TEST(Navigation, LeverArmLaybackAndDeclinationAreApplied) {
  Navigation navigation({.forward_m = 3, .starboard_m = 2, .layback_m = 50, .declination_deg = 90});
  Ping ping = ping_at(0);
  ping.course_deg = 0;
  const Fix fix = navigation.at(ping);
  const auto offset = LocalPlane({58, 11}).to_local(fix.position);
  EXPECT_NEAR(fix.heading_deg, 90, 1e-6);
  EXPECT_NEAR(offset.east_m, 3, 1e-3);
  EXPECT_NEAR(offset.north_m, -2 - 50, 1e-3);
}

TEST(Navigation, CourseStandsInForAMissingHeading) {
  Navigation navigation({});
  Ping ping = ping_at(0);
  ping.heading_deg = kUnknown;
  EXPECT_FALSE(navigation.at(ping).complete());
  ping.course_deg = 45;
  EXPECT_NEAR(navigation.at(ping).heading_deg, 45, 1e-6);
}

}  // namespace
}  // namespace towfish
