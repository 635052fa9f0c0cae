#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
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

/// The bytes of the file, at the offsets that its format's tables give, without the reader.
class RecordedBytes {
 public:
  explicit RecordedBytes(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
    for (std::size_t at = 1024; at + 256 <= bytes_.size(); at += get<std::uint32_t>(at + 10))
      packets_.push_back(at);
  }
  [[nodiscard]] std::size_t pings() const { return packets_.size(); }
  template <class T>
  [[nodiscard]] T field(std::size_t ping, std::size_t at) const {
    return get<T>(packets_[ping] + at);
  }

 private:
  template <class T>
  [[nodiscard]] T get(std::size_t at) const {
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  std::vector<char> bytes_;
  std::vector<std::size_t> packets_;
};

TEST_F(Scotsman, EveryPingHasTheValuesOfItsBytes) {
  constexpr std::size_t kStarboard = 256 + 64 + 2 * 1024;  // its channel header
  const RecordedBytes bytes(file_);
  const auto pings = read_all(*log_);
  ASSERT_EQ(bytes.pings(), pings.size());
  std::size_t shown = 0;
  for (std::size_t i = 1; i < pings.size(); ++i) {
    const Ping& p = pings[i].pair.ping;
    EXPECT_EQ(p.heading_deg, bytes.field<float>(i, 212));
    EXPECT_EQ(p.pitch_deg, bytes.field<float>(i, 204));
    EXPECT_EQ(p.roll_deg, bytes.field<float>(i, 208));
    EXPECT_EQ(p.altitude_m, bytes.field<float>(i, 196));
    EXPECT_NEAR(p.speed_mps, bytes.field<float>(i, 152) * 0.514444, 1e-5);  // knots
    EXPECT_EQ(p.sound_speed_mps, 2 * bytes.field<float>(i, 32));            // half speed
    EXPECT_EQ(p.time_utc_ns / 10'000'000 % 100, bytes.field<std::uint8_t>(i, 21));
    EXPECT_EQ(p.time_utc_ns / 1'000'000'000 % 60, bytes.field<std::uint8_t>(i, 20));
    for (std::size_t k = 0; k < 1024; ++k) {
      ASSERT_EQ(pings[i].port[k], bytes.field<std::uint16_t>(i, 320 + 2 * (1023 - k)));
      ASSERT_EQ(pings[i].starboard[k], bytes.field<std::uint16_t>(i, kStarboard + 64 + 2 * k));
    }
    const auto latitude = bytes.field<double>(i, 160);
    if (latitude == bytes.field<double>(i - 1, 160)) continue;
    ++shown;  // the first ping that shows a position
    EXPECT_EQ(p.latitude_deg, latitude);
    EXPECT_EQ(p.longitude_deg, bytes.field<double>(i, 168));
  }
  EXPECT_GE(shown, 215U);
  EXPECT_LE(shown, 220U) << "distinct positions, zeros of the first ping included there are 220";
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
