#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "pipeline/sonar/error.hpp"
#include "pipeline/sonar/geometry.hpp"
#include "tests/logs/jsf_bytes.hpp"
#include "tests/logs/read_log.hpp"
#include "tests/logs/recorder_bytes.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Samples16 = std::vector<std::uint16_t>;
using Samples8 = std::vector<std::uint8_t>;
using namespace recorder_bytes;  // NOLINT: builders of test files

class OtherFormats : public testing::Test {
 protected:
  std::vector<ReadPing> read(const ByteBuilder& bytes, const LogOptions& options = {}) {
    log_ = open_log(folder_.write("log.bin", bytes.bytes()), options);
    return read_all(*log_);
  }
  /// Cut anywhere, with garbage in front, with a garbled middle: never a crash, never more pings than there
  /// were.
  void survive(const ByteBuilder& whole, std::size_t pings) {
    for (std::size_t size = 0; size < whole.size(); size += 41) {
      try {
        EXPECT_LE(read(ByteBuilder(whole).resize(size)).size(), pings) << "cut at " << size;
      } catch (const InputError&) {  // too little is left
      }
    }
    for (std::size_t at = 0; at + 8 < whole.size(); at += 67) {
      try {
        (void)read(ByteBuilder(whole).little(at, std::numeric_limits<std::uint64_t>::max()));
        (void)read(ByteBuilder(whole).little(at, std::uint64_t{0}));
      } catch (const InputError&) {
      }
    }
  }
  TemporaryFolder folder_;
  std::unique_ptr<Log> log_;
};

// --- Klein SDF

TEST_F(OtherFormats, SdfPagesHoldBothSidesNadirFirst) {
  const auto pings = read(sdf_page({10, 20, 30}, {40, 50, 60}).append(sdf_page({11, 21, 31}, {41, 51, 61})));
  ASSERT_EQ(pings.size(), 2U);
  const Ping& p = pings[0].pair.ping;
  EXPECT_EQ(p.time_utc_ns, 1436362215200000000);
  EXPECT_NEAR(p.latitude_deg, 58.25, 1e-9);
  EXPECT_NEAR(p.longitude_deg, -11.5, 1e-9);
  EXPECT_FLOAT_EQ(p.heading_deg, 123.5F);
  EXPECT_FLOAT_EQ(p.speed_mps, 2.25F);
  EXPECT_FLOAT_EQ(p.pitch_deg, -1.5F);
  EXPECT_FLOAT_EQ(p.roll_deg, 2.5F);
  EXPECT_FLOAT_EQ(p.depth_m, 17.25F);
  EXPECT_FLOAT_EQ(p.altitude_m, 6.5F);
  EXPECT_FLOAT_EQ(pings[0].pair.geometry[0].range_m(), 75);
  EXPECT_FLOAT_EQ(pings[0].pair.geometry[0].frequency_khz, 455);
  EXPECT_THAT(pings[0].port, ElementsAre(10, 20, 30));
  EXPECT_THAT(pings[1].starboard, ElementsAre(41, 51, 61));
}

TEST_F(OtherFormats, SdfPagesOfTwoFrequenciesAreKeptApartAndBathymetryIsPassedOver) {
  ByteBuilder bytes;
  for (std::uint32_t i = 0; i < 3; ++i) {
    bytes.append(sdf_page({1, 2}, {3, 4}, 3501, 100000));
    bytes.append(sdf_page({9, 9}, {9, 9}, 3503, 900000));
    bytes.append(sdf_page({5, 6}, {7, 8}, 3502, 400000));
  }
  const auto high = read(bytes);
  ASSERT_EQ(high.size(), 3U);
  EXPECT_THAT(high[2].port, ElementsAre(5, 6));
  EXPECT_EQ(log_->description().pairs.size(), 2U);
  const auto low = read(bytes, {.frequency_khz = 100.0F});
  ASSERT_EQ(low.size(), 3U);
  EXPECT_THAT(low[0].starboard, ElementsAre(3, 4));
}

TEST_F(OtherFormats, SdfDateOf1970IsAClockThatWasNeverSet) {
  const auto pings = read(sdf_page({1, 2}, {3, 4}).little(72, std::uint32_t{1970}));
  EXPECT_EQ(pings.at(0).pair.ping.time_utc_ns, kUnknownTime);
  EXPECT_EQ(fault_count(*log_, "time_absent_or_absurd"), 1U);
}

// --- Lowrance

TEST_F(OtherFormats, Sl2CompositeFramesAreSplitAtNadir) {
  auto bytes = lowrance_header(2);
  append_sl2(bytes, 2, Samples8{9, 9});  // a down-looking frame in between
  append_sl2(bytes, 5, Samples8{4, 3, 2, 1, 5, 6, 7, 8});
  const auto pings = read(bytes);
  ASSERT_EQ(pings.size(), 1U);
  EXPECT_THAT(pings[0].port, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(pings[0].starboard, ElementsAre(5, 6, 7, 8));
  const Ping& p = pings[0].pair.ping;
  EXPECT_NEAR(p.longitude_deg, 12.370205, 1e-6);  // the position of a published recording
  EXPECT_NEAR(p.latitude_deg, 59.124073, 1e-6);
  EXPECT_NEAR(p.heading_deg, 90, 1e-4);
  EXPECT_NEAR(p.speed_mps, 2 * 0.514444, 1e-5);
  EXPECT_NEAR(p.altitude_m, 3.048, 1e-4);
  EXPECT_NEAR(pings[0].pair.geometry[0].range_m(), 30.48, 1e-3);
  EXPECT_FLOAT_EQ(pings[0].pair.geometry[0].frequency_khz, 455);
}

TEST_F(OtherFormats, Sl3CompositeFramesAreSplitAtNadir) {
  auto bytes = lowrance_header(3);
  append_sl3(bytes, 5, Samples8{2, 1, 3, 4});
  append_sl3(bytes, 5, Samples8{6, 5, 7, 8});
  const auto pings = read(bytes);
  ASSERT_EQ(pings.size(), 2U);
  EXPECT_EQ(log_->description().format, "SL3");
  EXPECT_THAT(pings[1].port, ElementsAre(5, 6));
  EXPECT_THAT(pings[1].starboard, ElementsAre(7, 8));
  EXPECT_NEAR(pings[0].pair.ping.latitude_deg, 59.124073, 1e-6);
}

TEST_F(OtherFormats, LowranceLeftAndRightFramesMakeOnePing) {
  auto bytes = lowrance_header(2);
  append_sl2(bytes, 3, Samples8{1, 2});
  append_sl2(bytes, 4, Samples8{3, 4});
  const auto pings = read(bytes);
  ASSERT_EQ(pings.size(), 1U);
  EXPECT_THAT(pings[0].port, ElementsAre(1, 2));
  EXPECT_THAT(pings[0].starboard, ElementsAre(3, 4));
}

TEST_F(OtherFormats, LowranceWithoutSideScanSaysSo) {
  auto bytes = lowrance_header(2);
  append_sl2(bytes, 0, Samples8{1, 2});
  EXPECT_THAT([&] { (void)read(bytes); }, ThrowsMessage<InputError>(HasSubstr("down-looking ones only")));
}

// --- Humminbird

TEST_F(OtherFormats, HumminbirdFilesAreReadTogetherByRecordNumber) {
  const auto folder = folder_.path() / "R00001";
  std::filesystem::create_directory(folder);
  ByteBuilder port;
  ByteBuilder starboard;
  for (std::uint32_t i = 0; i < 5; ++i) {
    port.append(humminbird_ping(2, i, Samples8{static_cast<std::uint8_t>(i), 10}));
    if (i != 2) starboard.append(humminbird_ping(3, i, Samples8{static_cast<std::uint8_t>(100 + i), 20}));
  }
  folder_.write("R00001/B002.SON", port.bytes());
  const auto file = folder_.write("R00001/B003.SON", starboard.bytes());
  folder_.write("R00001.DAT",
                ByteBuilder(64).big(0, std::uint8_t{0xC1}).big(20, std::uint32_t{1400000000}).bytes());
  for (const auto& path : {folder, folder / "", folder / ".", file, folder_.path() / "R00001.DAT"}) {
    const auto log = open_log(path);
    const auto pings = read_all(*log);
    ASSERT_EQ(pings.size(), 5U) << path;
    EXPECT_TRUE(pings[2].starboard.empty());
    EXPECT_THAT(pings[3].port, ElementsAre(3, 10));
    EXPECT_THAT(pings[3].starboard, ElementsAre(103, 20));
    EXPECT_EQ(fault_count(*log, "other_side_missing"), 1U);
    const Ping& p = pings[1].pair.ping;
    EXPECT_NEAR(p.longitude_deg, -111.514259, 1e-6);  // the position of a published recording
    EXPECT_NEAR(p.latitude_deg, 36.878808, 1e-6);
    EXPECT_EQ(p.time_utc_ns, 1400000000'100000000);
    EXPECT_FLOAT_EQ(p.heading_deg, 44.1F);
    EXPECT_FLOAT_EQ(p.speed_mps, 2);
    EXPECT_FLOAT_EQ(p.altitude_m, 1.8F);
    EXPECT_FLOAT_EQ(pings[1].pair.geometry[0].frequency_khz, 455);
    log->seek(3);
    EXPECT_EQ(read_current(*log, *log->next()).bytes(), pings[3].bytes());
  }
}

TEST(SharedData, DownLookingHumminbirdFileIsRefusedWithItsPings) {
  const auto file = std::filesystem::path(TOWFISH_SHARED_DATA) / "humminbird-B001.SON";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not here";
  EXPECT_THAT([&] { (void)open_log(file); }, ThrowsMessage<InputError>(testing::AllOf(
                                                 HasSubstr("1727 pings"), HasSubstr("no side-scan pair"))));
}

// Both sides made of the one real file there is: its values against what is known of the recording.
TEST_F(OtherFormats, RealHumminbirdPingsHaveTheirKnownValues) {
  const auto data = std::filesystem::path(TOWFISH_SHARED_DATA);
  if (!std::filesystem::exists(data / "humminbird-B001.SON")) GTEST_SKIP() << data << " has no recordings";
  const auto folder = folder_.path() / "R00001";
  std::filesystem::create_directory(folder);
  for (const char* side : {"B002.SON", "B003.SON"})
    std::filesystem::copy_file(data / "humminbird-B001.SON", folder / side);
  std::filesystem::copy_file(data / "humminbird.DAT", folder_.path() / "R00001.DAT");
  const auto log = open_log(folder);
  const auto pings = read_all(*log);
  ASSERT_EQ(pings.size(), 1727U);
  EXPECT_TRUE(log->faults().empty());
  const Ping& first = pings.front().pair.ping;
  EXPECT_NEAR(first.longitude_deg, -111.514, 0.01);
  EXPECT_NEAR(first.latitude_deg, 36.8788, 0.01);
  // Speed is in tenths of a metre a second: the path between positions says the same.
  const Ping& last = pings.back().pair.ping;
  constexpr std::size_t kStride = 50;  // pings; positions have steps of a metre
  double path_m = 0;
  double speed_mps = 0;
  for (std::size_t i = kStride; i < pings.size(); i += kStride) {
    const Ping& a = pings[i - kStride].pair.ping;
    const Ping& b = pings[i].pair.ping;
    path_m += distance_m({a.latitude_deg, a.longitude_deg}, {b.latitude_deg, b.longitude_deg});
  }
  for (const ReadPing& ping : pings)
    speed_mps += ping.pair.ping.speed_mps / static_cast<double>(pings.size());
  const double seconds = static_cast<double>(last.time_utc_ns - first.time_utc_ns) * 1e-9;
  EXPECT_NEAR(speed_mps, 2, 0.3);
  EXPECT_NEAR(path_m / seconds, speed_mps, 0.3);
  for (const ReadPing& ping : pings) {
    EXPECT_TRUE(ping.pair.ping.heading_deg >= 0 && ping.pair.ping.heading_deg < 360);
    EXPECT_TRUE(ping.pair.ping.altitude_m > 0.3F && ping.pair.ping.altitude_m < 30);
  }
}

// --- Cerulean svlog and Garmin RSD

TEST_F(OtherFormats, SvlogDecibelsBecomeAmplitudes) {
  const auto pings =
      read(svlog_ping(0, 1, Samples16{0, 65535}).append(svlog_ping(1, 1, Samples16{65535, 0})));
  ASSERT_EQ(pings.size(), 1U);
  // 0 dB at the bottom and 40 dB at the top: a ratio of amplitudes of 100.
  EXPECT_NEAR(static_cast<double>(pings[0].port[1]) / pings[0].port[0], 100, 1);
  EXPECT_FLOAT_EQ(pings[0].pair.ping.sound_speed_mps, 1485);
  EXPECT_FLOAT_EQ(pings[0].pair.geometry[1].range_m(), 31);
  EXPECT_FLOAT_EQ(pings[0].pair.geometry[1].first_edge_m, 1);
  EXPECT_FLOAT_EQ(pings[0].pair.geometry[1].frequency_khz, 450);
}

TEST_F(OtherFormats, RsdIsRefusedWithTheNumberOfItsRecords) {
  ByteBuilder bytes(20480);
  for (int i = 0; i < 3; ++i) bytes.append(ByteBuilder(300).little(2, std::uint32_t{0xB7E9DA86}));
  bytes.little(0, std::uint8_t{6});
  EXPECT_THAT([&] { (void)read(bytes); }, ThrowsMessage<InputError>(HasSubstr("Garmin RSD with 3 records")));
}

// --- all of them, damaged

TEST_F(OtherFormats, DamageCostsPingsAndNothingElse) {
  ByteBuilder jsf;
  ByteBuilder sdf;
  auto sl2 = lowrance_header(2);
  ByteBuilder svlog;
  for (std::uint32_t i = 0; i < 6; ++i) {
    jsf.append(jsf_sonar({.channel = 0, .number = i}, Samples16(20, 5)))
        .append(jsf_sonar({.channel = 1, .number = i}, Samples16(20, 5)));
    sdf.append(sdf_page({1, 2, 3}, {4, 5, 6}));
    append_sl2(sl2, 5, Samples8(60, 7));
    svlog.append(svlog_ping(0, i, Samples16(30, 9))).append(svlog_ping(1, i, Samples16(30, 9)));
  }
  for (const auto& whole : {jsf, sdf, sl2, svlog}) {
    ASSERT_EQ(read(whole).size(), 6U);
    survive(whole, 12);
  }
}

TEST_F(OtherFormats, GarbageBetweenBlocksIsCountedOnceAndTheRestRead) {
  ByteBuilder jsf;
  ByteBuilder sdf;
  ByteBuilder svlog;
  for (std::uint32_t i = 0; i < 4; ++i) {
    if (i == 2) {
      for (auto* bytes : {&jsf, &sdf, &svlog}) bytes->append(ByteBuilder(50).text(3, "garbage"));
    }
    jsf.append(jsf_sonar({.channel = 0, .number = i}, Samples16(20, 5)))
        .append(jsf_sonar({.channel = 1, .number = i}, Samples16(20, 5)));
    sdf.append(sdf_page({1, 2, 3}, {4, 5, 6}));
    svlog.append(svlog_ping(0, i, Samples16(30, 9))).append(svlog_ping(1, i, Samples16(30, 9)));
  }
  for (const auto& bytes : {jsf, sdf, svlog}) {
    EXPECT_EQ(read(bytes).size(), 4U) << log_->description().format;
    EXPECT_EQ(log_->faults().size(), 1U) << log_->description().format;
  }
}

}  // namespace
}  // namespace towfish
