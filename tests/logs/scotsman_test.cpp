#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "pipeline/logs/log.hpp"
#include "pipeline/sonar/error.hpp"
#include "pipeline/sonar/geometry.hpp"
#include "tests/logs/read_log.hpp"

namespace towfish {
namespace {

/// A real survey line of an Iver2 vehicle: what is known of it comes from other programs and from the bytes.
class Scotsman : public testing::Test {
 protected:
  void SetUp() override {
    file_ = std::filesystem::path(TOWFISH_SHARED_DATA) / "scotsman-iver2.xtf";
    if (!std::filesystem::exists(file_)) GTEST_SKIP() << file_ << " is not here";
    log_ = open_log(file_);
  }
  std::filesystem::path file_;
  std::unique_ptr<Log> log_;
};

TEST_F(Scotsman, HasItsKnownPingsSamplesRangeAndFrequency) {
  const auto pings = read_all(*log_);
  ASSERT_EQ(pings.size(), 461U);
  EXPECT_EQ(log_->size(), 461U);
  EXPECT_EQ(log_->description().format, "XTF");
  ASSERT_EQ(log_->description().pairs.size(), 1U);
  for (const ReadPing& ping : pings) {
    for (const TraceGeometry& side : ping.pair.geometry) {
      EXPECT_EQ(side.samples, 1024U);
      EXPECT_FLOAT_EQ(side.frequency_khz, 600);
      EXPECT_NEAR(side.range_m(), 29.98, 0.01);
      EXPECT_EQ(side.counts_per_unit, 1.0F);
    }
  }
  EXPECT_EQ(pings.back().pair.ping.number, 460U);
  EXPECT_EQ(pings[1].pair.ping.sound_speed_mps, 1500.0F);
}

TEST_F(Scotsman, FirstPingHasNoNavigationAndNothingIsInventedForIt) {
  const auto pings = read_all(*log_);
  EXPECT_FALSE(pings[0].pair.ping.has_position());
  EXPECT_TRUE(std::isnan(pings[0].pair.ping.heading_deg));
  EXPECT_TRUE(std::isnan(pings[0].pair.ping.altitude_m));
  EXPECT_TRUE(pings[1].pair.ping.has_position());
  ASSERT_EQ(log_->faults().size(), 1U);
  EXPECT_EQ(log_->faults()[0].kind, "position_zero");
  EXPECT_EQ(log_->faults()[0].count, 1U);
  EXPECT_EQ(log_->faults()[0].first_at, 1024U);
}

// The transmit burst is loudest and the water column behind it dark, on both sides, at the nadir end.
TEST_F(Scotsman, BothSidesAreNadirFirst) {
  for (const ReadPing& ping : read_all(*log_)) {
    for (const auto& trace : {ping.port, ping.starboard}) {
      EXPECT_EQ(*std::max_element(trace.begin(), trace.end()), trace[0]);
      EXPECT_LT(trace[50], trace[0] / 4);
    }
  }
}

TEST_F(Scotsman, RepeatedPositionsAreInterpolatedSoThatNearlyAllPingsDiffer) {
  const auto pings = read_all(*log_);
  std::size_t distinct = 0;
  for (std::size_t i = 2; i < pings.size(); ++i) {
    const Ping& a = pings[i - 1].pair.ping;
    const Ping& b = pings[i].pair.ping;
    const double moved = distance_m({a.latitude_deg, a.longitude_deg}, {b.latitude_deg, b.longitude_deg});
    EXPECT_LT(moved, 0.5) << "ping " << i;
    distinct += moved > 0;
  }
  EXPECT_GE(distinct, 450U);  // 220 in the file
}

TEST_F(Scotsman, IntervalsTimesSpeedsAddUpToThePathBetweenPositions) {
  const auto pings = read_all(*log_);
  double along_m = 0;
  double path_m = 0;
  for (std::size_t i = 2; i < pings.size(); ++i) {
    const Ping& a = pings[i - 1].pair.ping;
    const Ping& b = pings[i].pair.ping;
    EXPECT_GT(b.interval_s, 0.09F);
    EXPECT_LT(b.interval_s, 0.14F);
    along_m += b.speed_mps * b.interval_s;
    path_m += distance_m({a.latitude_deg, a.longitude_deg}, {b.latitude_deg, b.longitude_deg});
  }
  EXPECT_NEAR(along_m / path_m, 1, 0.05);
}

TEST_F(Scotsman, AnyPingIsTheSameAfterSeekingAsInOnePass) {
  const auto pings = read_all(*log_);
  for (const std::uint64_t number : {460U, 0U, 1U, 70U, 66U, 200U, 199U, 330U, 5U}) {
    log_->seek(number);
    const PingPair* pair = log_->next();
    ASSERT_NE(pair, nullptr);
    EXPECT_EQ(read_current(*log_, *pair).bytes(), pings[number].bytes()) << "ping " << number;
  }
  log_->seek(461);
  EXPECT_EQ(log_->next(), nullptr);
  EXPECT_EQ(log_->faults()[0].count, 1U) << "faults met again are not counted again";
}

TEST_F(Scotsman, TimeIsFoundAndTheReadingPlaceKept) {
  const auto pings = read_all(*log_);
  log_->seek(100);
  ASSERT_NE(log_->next(), nullptr);
  const std::int64_t wanted = pings[300].pair.ping.time_utc_ns;
  EXPECT_EQ(log_->find_time(wanted), 300U);
  EXPECT_EQ(log_->find_time(wanted - 1), 300U);
  EXPECT_EQ(log_->find_time(wanted + 1), 301U);
  EXPECT_EQ(log_->find_time(0), 0U);
  EXPECT_EQ(log_->find_time(pings.back().pair.ping.time_utc_ns + 1), std::nullopt);
  std::vector<std::uint16_t> port(1024);
  log_->read_trace(Side::port, port);
  EXPECT_EQ(port, pings[100].port);
  EXPECT_EQ(log_->next()->ping.number, 101U);
}

TEST(SharedData, MultibeamXtfIsRefusedForItsLackOfSideScanChannels) {
  const auto file = std::filesystem::path(TOWFISH_SHARED_DATA) / "r2sonic-no-sidescan.xtf";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not here";
  try {
    (void)open_log(file);
    FAIL() << "opened";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("without side-scan channels"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace towfish
