#include "sim/faults.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/sim/scenarios.hpp"

namespace towfish {
namespace {

constexpr std::uint64_t kPings = 20000;
constexpr double kInterval_s = 0.0667;

template <class Struck>
double share(const Struck& struck) {
  std::uint64_t count = 0;
  for (std::uint64_t ping = 0; ping < kPings; ++ping) count += struck(ping) ? 1 : 0;
  return static_cast<double>(count) / kPings;
}

TEST(Faults, WithoutSettingsNothingGoesWrong) {
  const sim::Faults faults({}, 1, kInterval_s);
  EXPECT_EQ(share([&](std::uint64_t ping) {
              return faults.dropped(ping) || faults.missing(ping, Side::port) ||
                     faults.navigation_nan(ping) || faults.frozen_since(ping) || faults.gain(ping) != 1 ||
                     faults.altitude_factor(ping) != 1 ||
                     faults.time_s(ping) != static_cast<double>(ping) * kInterval_s;
            }),
            0);
  std::vector<float> noise(100, 2.0F);
  faults.disturb(5, Side::port, 1e-5, noise);
  EXPECT_EQ(noise, std::vector<float>(100, 2.0F));
}

TEST(Faults, ComeAsOftenAsAskedFor) {
  FaultSettings settings;
  settings.dropped_per_1000 = 50;
  settings.navigation_nan = {.per_minute = 6, .duration_s = 2};
  settings.one_side_missing = {.per_minute = 6, .duration_s = 2};
  const sim::Faults faults(settings, 3, kInterval_s);
  EXPECT_NEAR(share([&](auto ping) { return faults.dropped(ping); }), 0.05, 0.01);
  EXPECT_NEAR(share([&](auto ping) { return faults.navigation_nan(ping); }), 0.2, 0.05);
  EXPECT_NEAR(share([&](auto ping) { return faults.missing(ping, Side::port); }), 0.1, 0.04);
  EXPECT_NEAR(share([&](auto ping) { return faults.missing(ping, Side::starboard); }), 0.1, 0.04);
  EXPECT_EQ(share([&](auto ping) {
              return faults.missing(ping, Side::port) && faults.missing(ping, Side::starboard);
            }),
            0);
}

TEST(Faults, LatePingsNeverOvertake) {
  FaultSettings settings;
  settings.late_per_1000 = 500;
  settings.late_s = 5;
  const sim::Faults faults(settings, 3, kInterval_s);
  double late = 0;
  for (std::uint64_t ping = 0; ping < 1000; ++ping) {
    EXPECT_LT(faults.time_s(ping), faults.time_s(ping + 1));
    late = std::max(late, faults.time_s(ping) - static_cast<double>(ping) * kInterval_s);
  }
  EXPECT_GT(late, 0.5 * kInterval_s);
}

TEST(Faults, AnotherSonarsPulsesDriftFromPingToPing) {
  FaultSettings settings;
  settings.interference_interval_s = kInterval_s + 0.0005;
  settings.interference_s = 1e-5;
  const sim::Faults faults(settings, 3, kInterval_s);
  const auto pulse = [&](std::uint64_t ping) {
    std::vector<float> noise(6000, 0.0F);
    faults.disturb(ping, Side::port, 1e-5, noise);
    return std::distance(noise.begin(), std::max_element(noise.begin(), noise.end()));
  };
  std::uint64_t ping = 0;
  while (pulse(ping) < 500 || pulse(ping) > 5000) ++ping;
  EXPECT_NEAR(static_cast<double>(pulse(ping + 1) - pulse(ping)), 50, 2);
}

TEST(FaultyScenario, ShowsEachOfItsFaultsInThePings) {
  Sidescan source(scenario_file("faulty"));
  std::uint64_t expected = 0;
  int jumps = 0, nans = 0, frozen = 0, lies = 0, late = 0;
  std::array<int, 2> missing{};
  Ping before;
  while (const PingPair* pair = source.next()) {
    const Ping& ping = pair->ping;
    jumps += ping.number != expected ? 1 : 0;
    nans += ping.has_position() ? 0 : 1;
    frozen += ping.number > 0 && ping.latitude_deg == before.latitude_deg ? 1 : 0;
    lies += std::abs(ping.altitude_m - 6) > 1.5F ? 1 : 0;
    late += ping.interval_s > 1.01 * source.ping_interval_s() && ping.number == expected ? 1 : 0;
    EXPECT_GT(ping.time_utc_ns, before.time_utc_ns);
    for (const Side side : kSides) missing[index(side)] += pair->geometry[index(side)].samples == 0 ? 1 : 0;
    expected = ping.number + 1;
    before = ping;
  }
  EXPECT_EQ(expected, *source.size());
  for (const int count : {jumps, nans, frozen, lies, late, missing[0], missing[1]}) EXPECT_GT(count, 10);
}

TEST(FaultyScenario, IsTheSameAfterASeek) {
  Sidescan through(scenario_file("faulty"));
  Sidescan sought(scenario_file("faulty"));
  const PingPair* pair = nullptr;
  while ((pair = through.next()) != nullptr && pair->ping.number < 700) {
  }
  sought.seek(pair->ping.number);
  const PingPair* other = sought.next();
  EXPECT_EQ(other->ping.number, pair->ping.number);
  EXPECT_EQ(other->ping.time_utc_ns, pair->ping.time_utc_ns);
  EXPECT_EQ(other->ping.interval_s, pair->ping.interval_s);
  EXPECT_EQ(traces(through, Side::port, 30), traces(sought, Side::port, 30));
}

TEST(FaultyScenario, ALookIntoASilencedSideIsNotVisible) {
  Scenario scenario = scenario_file("faulty");
  const auto visible = [](const Scenario& s) {
    const auto looks = Sidescan(s).truth();
    return std::count_if(looks.begin(), looks.end(), [](const TruthLook& look) { return look.visible; });
  };
  const auto before = visible(scenario);
  scenario.faults.one_side_missing = {.per_minute = 30, .duration_s = 1};
  EXPECT_LT(visible(scenario), before);
}

}  // namespace
}  // namespace towfish
