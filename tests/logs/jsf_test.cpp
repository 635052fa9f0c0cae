#include "pipeline/logs/jsf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/sonar/error.hpp"
#include "pipeline/sonar/geometry.hpp"
#include "tests/logs/jsf_bytes.hpp"
#include "tests/logs/read_log.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Samples16 = std::vector<std::uint16_t>;
using namespace recorder_bytes;  // NOLINT: builders of test files

class Jsf : public testing::Test {
 protected:
  std::vector<ReadPing> read(const ByteBuilder& bytes, const LogOptions& options = {}) {
    log_ = open_log(folder_.write("log.jsf", bytes.bytes()), options);
    return read_all(*log_);
  }
  TemporaryFolder folder_;
  std::unique_ptr<Log> log_;
};

TEST_F(Jsf, PairsBothSidesByPingNumberAndReadsEveryFieldFromItsPlace) {
  const auto pings = read(jsf_sonar({.channel = 0, .number = 7}, Samples16{1, 2, 3})
                              .append(jsf_sonar({.channel = 1, .number = 7}, Samples16{4, 5, 6})));
  ASSERT_EQ(pings.size(), 1U);
  EXPECT_EQ(log_->description().format, "JSF");
  const Ping& p = pings[0].pair.ping;
  EXPECT_EQ(p.time_utc_ns,
            1400025600'000000000 + 45'296'789'000'000);  // midnight of 2014-05-14, 12:34:56.789
  EXPECT_NEAR(p.latitude_deg, 41.5, 1e-9);
  EXPECT_NEAR(p.longitude_deg, -70.75, 1e-9);
  EXPECT_FLOAT_EQ(p.heading_deg, 351.25F);
  EXPECT_NEAR(p.pitch_deg, -2.25F, 0.006F);
  EXPECT_NEAR(p.roll_deg, 4.5F, 0.006F);  // + port up is + starboard down
  EXPECT_FLOAT_EQ(p.heave_m, 0.5F);
  EXPECT_FLOAT_EQ(p.altitude_m, 8.75F);
  EXPECT_FLOAT_EQ(p.depth_m, 21.5F);
  EXPECT_NEAR(p.speed_mps, 3.5 * 0.514444, 1e-5);
  EXPECT_FLOAT_EQ(p.sound_speed_mps, 1480);
  EXPECT_THAT(pings[0].port, ElementsAre(1, 2, 3));  // nadir first on both sides
  EXPECT_THAT(pings[0].starboard, ElementsAre(4, 5, 6));
  const TraceGeometry& g = pings[0].pair.geometry[0];
  EXPECT_FLOAT_EQ(g.sample_spacing_m, 40e-6F * 1480 / 2);
  EXPECT_FLOAT_EQ(g.frequency_khz, 405);
}

TEST_F(Jsf, WithoutValidityBitsLeavesFieldsUnknown) {
  const auto pings = read(jsf_sonar({.channel = 0, .validity = 0}, Samples16{1})
                              .append(jsf_sonar({.channel = 1, .validity = 0}, Samples16{1})));
  const Ping& p = pings.at(0).pair.ping;
  EXPECT_FALSE(p.has_position());
  EXPECT_TRUE(std::isnan(p.heading_deg) && std::isnan(p.pitch_deg) && std::isnan(p.altitude_m) &&
              std::isnan(p.depth_m));
}

TEST_F(Jsf, WeightingFactorsThatChangeAreApplied) {
  const auto pings = read(jsf_sonar({.channel = 0, .number = 1, .weight = 0}, Samples16{1000})
                              .append(jsf_sonar({.channel = 1, .number = 1, .weight = 3}, Samples16{8000}))
                              .append(jsf_sonar({.channel = 0, .number = 2, .weight = 5}, Samples16{32000}))
                              .append(jsf_sonar({.channel = 1, .number = 2, .weight = 0}, Samples16{1000})));
  ASSERT_EQ(pings.size(), 2U);
  for (const ReadPing& ping : pings) {
    EXPECT_EQ(ping.port[0], pings[0].port[0]);
    EXPECT_EQ(ping.starboard[0], pings[0].port[0]);
  }
}

TEST_F(Jsf, HighBitsOfTheSampleCountAreUsed) {
  const Samples16 many(70000, 9);
  const auto pings = read(jsf_sonar({.channel = 0, .interval_ns = 4000}, many)
                              .append(jsf_sonar({.channel = 1, .interval_ns = 4000}, many)));
  EXPECT_EQ(pings.at(0).port.size(), 70000U);
}

TEST_F(Jsf, AnalyticSamplesGiveTheirMagnitude) {
  // Two shorts a sample: 3 + 4i and -5 + 12i.
  const Samples16 pairs{3, 4, static_cast<std::uint16_t>(-5), 12};
  const auto pings = read(jsf_sonar({.channel = 0, .data_format = 1}, pairs)
                              .append(jsf_sonar({.channel = 1, .data_format = 1}, pairs)));
  const float scale = pings.at(0).pair.geometry[0].counts_per_unit;
  EXPECT_THAT(pings[0].port, ElementsAre(5 * scale, 13 * scale));
}

TEST_F(Jsf, SubsystemsAreKeptApartAndTheHighestFrequencyIsTheDefault) {
  auto bytes =
      jsf_sonar({.subsystem = 20, .channel = 0, .start_10hz = 12000, .end_10hz = 12000}, Samples16{1});
  bytes.append(jsf_sonar({.subsystem = 21, .channel = 0}, Samples16{3}));
  bytes.append(
      jsf_sonar({.subsystem = 20, .channel = 1, .start_10hz = 12000, .end_10hz = 12000}, Samples16{2}));
  bytes.append(jsf_sonar({.subsystem = 21, .channel = 1}, Samples16{4}));
  EXPECT_THAT(read(bytes).at(0).port, ElementsAre(3));
  EXPECT_THAT(read(bytes, {.frequency_khz = 120.0F}).at(0).starboard, ElementsAre(2));
}

TEST_F(Jsf, MissingSideIsCountedAndTheOtherKept) {
  auto bytes = jsf_sonar({.channel = 0, .number = 1}, Samples16{1})
                   .append(jsf_sonar({.channel = 1, .number = 1}, Samples16{2}));
  bytes.append(jsf_sonar({.channel = 0, .number = 2}, Samples16{3}));
  for (std::uint32_t n = 3; n < 12; ++n) {
    bytes.append(jsf_sonar({.channel = 0, .number = n}, Samples16{1}))
        .append(jsf_sonar({.channel = 1, .number = n}, Samples16{2}));
  }
  const auto pings = read(bytes);
  ASSERT_EQ(pings.size(), 11U);
  EXPECT_EQ(pings[1].pair.geometry[1].samples, 0U);
  EXPECT_EQ(fault_count(*log_, "other_side_missing"), 1U);
}

TEST_F(Jsf, HighBitsOfTheFrequencyAreUsedAlsoForChoosing) {
  auto bytes = jsf_sonar({.subsystem = 20, .start_10hz = 40000, .end_10hz = 40000}, Samples16{1});
  bytes.append(jsf_sonar({.subsystem = 21, .start_10hz = 90000, .end_10hz = 92000}, Samples16{2}));
  const auto pings = read(bytes);
  EXPECT_FLOAT_EQ(log_->description().pairs.at(1).frequency_khz, 910);
  EXPECT_EQ(log_->description().pair, 1U);
  EXPECT_FLOAT_EQ(pings.at(0).pair.geometry[0].frequency_khz, 910);
}

TEST_F(Jsf, SamplesBeginAtTheStartingDepth) {
  const auto pings = read(jsf_sonar({.starting_depth = 500}, Samples16{1, 2, 3, 4}));
  const TraceGeometry& g = pings.at(0).pair.geometry[0];
  EXPECT_FLOAT_EQ(g.first_edge_m, 500 * 40e-6F * 740);
  EXPECT_FLOAT_EQ(g.range_m(), 504 * 40e-6F * 740);
}

TEST_F(Jsf, SecondsAndMillisecondsOfDifferentDaysGiveOneTime) {
  const std::int64_t midnight = (kJsfDay + 86400) * std::int64_t{1'000'000'000};
  const auto just_after = read(jsf_sonar({.seconds = kJsfDay + 86399, .milliseconds = 4}, Samples16{1}));
  EXPECT_EQ(just_after.at(0).pair.ping.time_utc_ns, midnight + 4'000'000);
  const auto just_before =
      read(jsf_sonar({.seconds = kJsfDay + 86400, .milliseconds = 86'399'996}, Samples16{1}));
  EXPECT_EQ(just_before.at(0).pair.ping.time_utc_ns, midnight - 4'000'000);
}

TEST_F(Jsf, ProjectedCoordinatesNeedAZone) {
  // 58 N 9 E in EPSG:32632 as PROJ has it, in centimetres.
  const auto bytes = jsf_sonar({.x = 50'000'000, .y = 642'871'016, .coordinate_units = 4}, Samples16{1});
  EXPECT_FALSE(read(bytes).at(0).pair.ping.has_position());
  EXPECT_THAT(log_->description().remarks, testing::Contains(HasSubstr("--utm")));
  const auto pings = read(bytes, {.utm_zone = "32n"});
  EXPECT_NEAR(pings.at(0).pair.ping.latitude_deg, 58, 1e-7);
  EXPECT_NEAR(pings.at(0).pair.ping.longitude_deg, 9, 1e-7);
}

TEST_F(Jsf, LaybackIsAppliedUnlessThePositionIsTheSonarsOwn) {
  const Position ship{41.5, -70.75};
  const auto towed = read(jsf_sonar({.layback_m = 80}, Samples16{1}));
  EXPECT_EQ(log_->position_from(), PositionFrom::ship_with_layback);
  const Ping& p = towed.at(0).pair.ping;
  EXPECT_NEAR(distance_m({p.latitude_deg, p.longitude_deg}, ship), 80, 0.01);
  const auto own = read(jsf_sonar({.validity = 0x22FF, .layback_m = 80}, Samples16{1}));
  EXPECT_EQ(log_->position_from(), PositionFrom::sensor);
  EXPECT_NEAR(own.at(0).pair.ping.latitude_deg, 41.5, 1e-9);
}

// --- messages between the sonar data

TEST_F(Jsf, SituationMessagesFillWhatPingsLack) {
  const auto pings = read(jsf_situation(100, 41.0, 10)
                              .append(jsf_bare_pair(1, 100.5))
                              .append(jsf_situation(101, 41.2, 20))
                              .append(jsf_bare_pair(2, 102)));
  const Ping& p = pings.at(0).pair.ping;
  EXPECT_NEAR(p.latitude_deg, 41.1, 1e-9);
  EXPECT_NEAR(p.longitude_deg, -70, 1e-9);
  EXPECT_NEAR(p.heading_deg, 15, 1e-4);
  EXPECT_FLOAT_EQ(p.pitch_deg, 1.5F);
  EXPECT_FLOAT_EQ(p.roll_deg, -2.5F);
  EXPECT_FLOAT_EQ(p.heave_m, 0.25F);
  EXPECT_FLOAT_EQ(p.depth_m, 12.5F);
  EXPECT_FLOAT_EQ(p.altitude_m, 7.5F);
  EXPECT_FLOAT_EQ(p.speed_mps, 2);  // 1.2 north and 1.6 west
}

TEST_F(Jsf, SituationMessagesWithoutValidityBitsTellNothing) {
  const auto pings = read(jsf_situation(100, 41.0, 10, 0)
                              .append(jsf_bare_pair(1, 100.5))
                              .append(jsf_situation(101, 41.2, 20, 0))
                              .append(jsf_bare_pair(2, 102)));
  const Ping& p = pings.at(0).pair.ping;
  EXPECT_FALSE(p.has_position());
  EXPECT_TRUE(std::isnan(p.heading_deg) && std::isnan(p.depth_m) && std::isnan(p.altitude_m));
}

TEST_F(Jsf, AttitudeMessagesAreInterpolated) {
  const auto attitude = [](double seconds, std::uint16_t heading, std::uint32_t validity) {
    ByteBuilder body = jsf_stamped(44, seconds);
    body.little(24, std::int16_t{-910}).little(26, std::int16_t{1820}).little(32, std::int16_t{-500});
    return jsf_message(2020, 101, 0, body.little(34, heading).little(36, validity));
  };
  const auto pings = read(attitude(100, 35900, 0x3C0)
                              .append(jsf_bare_pair(1, 100.5))
                              .append(attitude(101, 100, 0x3C0))
                              .append(jsf_bare_pair(2, 101.5))
                              .append(attitude(102, 9000, 0x1C0))
                              .append(jsf_bare_pair(3, 103)));
  const Ping& p = pings.at(0).pair.ping;
  EXPECT_NEAR(std::remainder(p.heading_deg, 360.0F), 0, 1e-3);  // from 359 to 1
  EXPECT_NEAR(p.pitch_deg, -910 * 180.0 / 32768, 1e-4);
  EXPECT_NEAR(p.roll_deg, 1820 * 180.0 / 32768, 1e-4);
  EXPECT_NEAR(p.heave_m, 0.5, 1e-6);
  EXPECT_TRUE(std::isnan(pings.at(1).pair.ping.heading_deg)) << "not valid at 102 s";
  EXPECT_TRUE(std::isfinite(pings.at(1).pair.ping.roll_deg));
}

TEST_F(Jsf, PressureMessagesGiveDepthAndSoundSpeed) {
  const auto pressure = [](double seconds, std::int32_t validity) {
    ByteBuilder body = jsf_stamped(76, seconds);
    body.little(12, std::int32_t{31000}).little(16, std::int32_t{9500}).little(20, std::int32_t{35000});
    body.little(24, validity).little(28, std::int32_t{42000}).little(32, std::int32_t{1501500});
    return jsf_message(2060, 101, 0, body.little(36, std::int32_t{20}));
  };
  const auto pings = read(jsf_bare_pair(1, 100, 0)
                              .append(pressure(100.5, 0x3F))
                              .append(jsf_bare_pair(2, 101, 0))
                              .append(pressure(101.5, 0))
                              .append(jsf_bare_pair(3, 102, 0))
                              .append(jsf_bare_pair(4, 103, 1490)));
  EXPECT_TRUE(std::isnan(pings.at(0).pair.ping.depth_m));
  EXPECT_FLOAT_EQ(pings.at(0).pair.ping.sound_speed_mps, 1500);
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_FLOAT_EQ(pings.at(i).pair.ping.depth_m, 20);
    EXPECT_FLOAT_EQ(pings.at(i).pair.ping.sound_speed_mps, 1501.5F);
  }
  EXPECT_FLOAT_EQ(pings.at(3).pair.ping.sound_speed_mps, 1490) << "the ping's own comes first";
  for (std::uint64_t i = 4; i-- > 0;) {
    log_->seek(i);
    EXPECT_EQ(read_current(*log_, *log_->next()).bytes(), pings[i].bytes()) << i;
  }
}

TEST_F(Jsf, DopplerMessagesGiveSpeedDepthAndAttitude) {
  const auto doppler = [](double seconds, std::uint32_t validity) {
    ByteBuilder body = jsf_stamped(72, seconds);
    body.little(12, validity).little(16, std::int32_t{900}).little(32, std::int16_t{600});
    body.little(34, std::int16_t{-800}).little(38, std::int16_t{9000}).little(44, std::uint16_t{125});
    body.little(46, std::int16_t{-150}).little(48, std::int16_t{250}).little(50, std::uint16_t{27050});
    return jsf_message(2080, 101, 0, body.little(56, std::int16_t{1510}));
  };
  const std::uint32_t everything = 0x1FFF;
  const auto bytes = [&](std::uint32_t validity) {
    return doppler(100, validity)
        .append(jsf_bare_pair(1, 100.5, 0))
        .append(doppler(101, validity))
        .append(jsf_bare_pair(2, 102, 0));
  };
  const Ping p = read(bytes(everything)).at(0).pair.ping;
  EXPECT_FLOAT_EQ(p.speed_mps, 1);  // 0.6 and 0.8 over ground
  EXPECT_FLOAT_EQ(p.depth_m, 12.5F);
  EXPECT_FLOAT_EQ(p.pitch_deg, -1.5F);
  EXPECT_FLOAT_EQ(p.roll_deg, 2.5F);
  EXPECT_FLOAT_EQ(p.heading_deg, 270.5F);
  EXPECT_FLOAT_EQ(p.sound_speed_mps, 1510);
  for (const std::uint32_t useless : {0U, everything | 1U << 31}) {
    const Ping none = read(bytes(useless)).at(0).pair.ping;
    EXPECT_TRUE(std::isnan(none.speed_mps) && std::isnan(none.depth_m) && std::isnan(none.heading_deg));
    EXPECT_FLOAT_EQ(none.sound_speed_mps, 1500);
  }
}

TEST_F(Jsf, NmeaGivesPositionsThatAreMarkedValidAndTrueHeading) {
  // Checksums of the first two as NMEA 0183 forms them; the third's is wrong, the fourth is marked void.
  const auto pings =
      read(jsf_nmea(100, "$GPGGA,120000,4130.0000,N,07045.0000,W,1,08,0.9,5,M,,,,*1A\r\n")
               .append(jsf_nmea(100.1, "$HEHDT,80.0,T*17\r\n"))
               .append(jsf_bare_pair(1, 100.5))
               .append(jsf_nmea(101, "$GPRMC,120001,A,4131.2000,N,07045.0000,W,4.0,90,140514,,*28"))
               .append(jsf_nmea(101.1, "$HEHDT,100.0,T"))
               .append(jsf_bare_pair(2, 101.5))
               .append(jsf_nmea(102, "$GPGLL,1000.0,N,01000.0,E,120002,A*00"))
               .append(jsf_nmea(103, "$GPRMC,120003,V,1000.0,N,01000.0,E,,,,,"))
               .append(jsf_bare_pair(3, 103.5)));
  EXPECT_NEAR(pings.at(0).pair.ping.latitude_deg, 41.51, 1e-6);
  EXPECT_NEAR(pings.at(0).pair.ping.longitude_deg, -70.75, 1e-9);
  EXPECT_NEAR(pings.at(0).pair.ping.heading_deg, 88, 0.1);
  EXPECT_FALSE(pings.at(2).pair.ping.has_position());
}

}  // namespace
}  // namespace towfish
