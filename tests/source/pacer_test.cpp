#include "pipeline/source/pacer.hpp"

#include <gtest/gtest.h>

namespace towfish::source {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kNoCap = 1'000'000 * kMs;

Ping ping_at(std::int64_t time_utc_ns) {
  Ping ping;
  ping.time_utc_ns = time_utc_ns;
  return ping;
}

TEST(Pacer, TheFirstPingIsDueNowAndTheNextOnesByTheirOwnTimes) {
  Pacer pacer(1, kNoCap);
  EXPECT_EQ(pacer.due(ping_at(5000 * kMs), 100), 100);
  EXPECT_EQ(pacer.due(ping_at(5067 * kMs), 120), 100 + 67 * kMs);
}

TEST(Pacer, ALatePingDoesNotMakeTheNextOneLate) {
  Pacer pacer(1, kNoCap);
  EXPECT_EQ(pacer.due(ping_at(1), 100), 100);
  const std::int64_t asked_much_too_late = 5000 * kMs;
  EXPECT_EQ(pacer.due(ping_at(1 + 10 * kMs), asked_much_too_late), 100 + 10 * kMs);
  EXPECT_EQ(pacer.due(ping_at(1 + 20 * kMs), asked_much_too_late), 100 + 20 * kMs);
}

TEST(Pacer, SpeedDividesTheGaps) {
  Pacer pacer(4, kNoCap);
  EXPECT_EQ(pacer.due(ping_at(1), 0), 0);
  pacer.resume(100, 1);
  EXPECT_EQ(pacer.due(ping_at(1 + 40 * kMs), 0), 100 + 10 * kMs);
}

TEST(Pacer, UnpacedIsAlwaysDueNow) {
  Pacer pacer(Pacer::kUnpaced, kNoCap);
  EXPECT_EQ(pacer.due(ping_at(1), 7), 7);
  EXPECT_EQ(pacer.due(ping_at(1'000'000 * kMs), 8), 8);
}

TEST(Pacer, IdleGapsAreCapped) {
  Pacer pacer(1, 2000 * kMs);
  pacer.resume(100, 1);
  EXPECT_EQ(pacer.due(ping_at(1 + 3'600'000 * kMs), 0), 100 + 2000 * kMs);
}

TEST(Pacer, TimeThatRunsBackwardsCountsAsNoTime) {
  Pacer pacer(1, kNoCap);
  pacer.resume(100, 5000 * kMs);
  EXPECT_EQ(pacer.due(ping_at(1000 * kMs), 0), 100);
  EXPECT_EQ(pacer.due(ping_at(1050 * kMs), 0), 100 + 50 * kMs);
}

TEST(Pacer, APingWithoutTimeFollowsByItsInterval) {
  Pacer pacer(1, kNoCap);
  pacer.resume(100, kUnknownTime);
  Ping ping;
  EXPECT_EQ(pacer.due(ping, 0), 100);
  ping.interval_s = 0.125F;
  EXPECT_EQ(pacer.due(ping, 0), 100 + 125 * kMs);
}

TEST(Pacer, ASuccessorKeepsTheSchedule) {
  Pacer pacer(1, kNoCap);
  EXPECT_EQ(pacer.due(ping_at(10), 1000), 1000);
  Pacer successor(1, kNoCap);
  successor.resume(1000, 10);
  EXPECT_EQ(successor.due(ping_at(10 + 66 * kMs), 999'999), pacer.due(ping_at(10 + 66 * kMs), 5));
}

}  // namespace
}  // namespace towfish::source
