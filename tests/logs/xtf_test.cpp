#include "pipeline/logs/xtf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>

#include "pipeline/sonar/error.hpp"
#include "pipeline/sonar/geometry.hpp"
#include "tests/logs/read_log.hpp"
#include "tests/logs/temporary_folder.hpp"
#include "tests/logs/xtf_bytes.hpp"

namespace towfish {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using xtf_bytes::Channel;
using xtf_bytes::file_header;
using xtf_bytes::ping;
using xtf_bytes::small_packet;
using xtf_bytes::trace;
using xtf_bytes::Where;
using Samples = std::vector<std::uint16_t>;

const std::vector<Channel> kPair{{.type = 1}, {.type = 2}};

ByteBuilder pair_ping(const Where& where = {}) {
  return ping({trace(0, Samples{40, 30, 20, 10}), trace(1, Samples{1, 2, 3, 4})}, where);
}

class Xtf : public testing::Test {
 protected:
  std::unique_ptr<Log> open(const ByteBuilder& bytes, const LogOptions& options = {}) {
    return open_log(folder_.write("log.xtf", bytes.bytes()), options);
  }
  std::vector<ReadPing> read(const ByteBuilder& bytes, const LogOptions& options = {}) {
    log_ = open(bytes, options);
    return read_all(*log_);
  }
  TemporaryFolder folder_;
  std::unique_ptr<Log> log_;
};

TEST_F(Xtf, EveryFieldOfAPingComesFromItsPlace) {
  const auto pings = read(file_header(kPair).append(pair_ping()));
  ASSERT_EQ(pings.size(), 1U);
  const Ping& p = pings[0].pair.ping;
  EXPECT_EQ(p.time_utc_ns, 1436362215200000000);  // 2015-07-08T13:30:15.20Z
  EXPECT_DOUBLE_EQ(p.latitude_deg, 58.25);
  EXPECT_DOUBLE_EQ(p.longitude_deg, 11.5);
  EXPECT_FLOAT_EQ(p.heading_deg, 90);
  EXPECT_FLOAT_EQ(p.pitch_deg, -1.5);
  EXPECT_FLOAT_EQ(p.roll_deg, 2.5);
  EXPECT_FLOAT_EQ(p.heave_m, 0.25);
  EXPECT_FLOAT_EQ(p.depth_m, 5.5);
  EXPECT_FLOAT_EQ(p.altitude_m, 10);
  EXPECT_NEAR(p.speed_mps, 2.057776, 1e-6);  // 4 knots
  EXPECT_FLOAT_EQ(p.sound_speed_mps, 1500);
  EXPECT_TRUE(std::isnan(p.interval_s));
  for (const TraceGeometry& g : pings[0].pair.geometry) {
    EXPECT_EQ(g.samples, 4U);
    EXPECT_FLOAT_EQ(g.range_m(), 75);
    EXPECT_FLOAT_EQ(g.frequency_khz, 400);
  }
  EXPECT_THAT(pings[0].port, ElementsAre(10, 20, 30, 40));
  EXPECT_THAT(pings[0].starboard, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(log_->description().recorder, "TESTER 223");
  EXPECT_EQ(log_->description().sonar, "SIDE LOOKER");
  EXPECT_TRUE(log_->faults().empty());
}

TEST_F(Xtf, SoundSpeedMayBeHalfWholeOrAbsent) {
  for (const auto& [recorded, expected] : {std::pair{740.0F, 1480.0F}, {1480.0F, 1480.0F}, {0.0F, 1500.0F}}) {
    const auto pings = read(file_header(kPair).append(pair_ping({.sound_velocity = recorded})));
    EXPECT_FLOAT_EQ(pings.at(0).pair.ping.sound_speed_mps, expected);
    EXPECT_FLOAT_EQ(pings.at(0).pair.geometry[0].range_m(), expected * 0.05F);
  }
}

TEST_F(Xtf, SlantRangeIsUsedWhereTimeIsAbsentAndTheDelayIsKept) {
  auto late = trace(1, Samples{1, 2, 3, 4});
  late.delay_s = 0.02F;
  auto timeless = trace(0, Samples{1, 2, 3, 4});
  timeless.duration_s = 0;
  timeless.slant_range_m = 60;
  const auto pings = read(file_header(kPair).append(ping({timeless, late})));
  EXPECT_FLOAT_EQ(pings.at(0).pair.geometry[0].range_m(), 60);
  EXPECT_FLOAT_EQ(pings.at(0).pair.geometry[1].first_edge_m, 15);
  EXPECT_FLOAT_EQ(pings.at(0).pair.geometry[1].range_m(), 90);
}

TEST_F(Xtf, SamplesOfEveryWidthAreRead) {
  const auto bytes1 =
      read(file_header({{.type = 1, .bytes_per_sample = 1}, {.type = 2, .bytes_per_sample = 1}})
               .append(ping({trace(0, std::vector<std::uint8_t>{255, 1}),
                             trace(1, std::vector<std::uint8_t>{7, 200})})));
  EXPECT_THAT(bytes1.at(0).port, ElementsAre(1, 255));
  EXPECT_THAT(bytes1.at(0).starboard, ElementsAre(7, 200));

  const auto ints =
      read(file_header({{.type = 1, .unipolar = 0}, {.type = 2, .bytes_per_sample = 4, .unipolar = 0}})
               .append(ping({trace(0, std::vector<std::int16_t>{-5, 32767, -32768}),
                             trace(1, std::vector<std::int32_t>{-65535, 3, 0})})));
  EXPECT_THAT(ints.at(0).port, ElementsAre(32768, 32767, 5));
  EXPECT_THAT(ints.at(0).starboard, ElementsAre(65535, 3, 0));
}

TEST_F(Xtf, FloatsAreBroughtToOnePowerOfTwoScaleAndBadOnesCounted) {
  const std::vector<Channel> floats{{.type = 1, .bytes_per_sample = 4, .sample_format = 5},
                                    {.type = 2, .bytes_per_sample = 4, .sample_format = 5}};
  const auto pings = read(file_header(floats).append(
      ping({trace(0, std::vector<float>{0.5F, 0.25F}), trace(1, std::vector<float>{NAN, 0.125F})})));
  const float scale = pings.at(0).pair.geometry[0].counts_per_unit;
  EXPECT_EQ(std::exp2(std::round(std::log2(scale))), scale);
  EXPECT_THAT(pings[0].port, ElementsAre(0.25F * scale, 0.5F * scale));
  EXPECT_THAT(pings[0].starboard, ElementsAre(0, 0.125F * scale));
  EXPECT_GT(pings[0].port[1], 8000);
  EXPECT_EQ(fault_count(*log_, "samples_not_finite"), 1U);
}

TEST_F(Xtf, IbmFloatsAreRead) {
  // -118.625 is C276A000 in IBM single precision: the classic worked example.
  const std::vector<Channel> floats{{.type = 1, .bytes_per_sample = 4, .sample_format = 1},
                                    {.type = 2, .bytes_per_sample = 4, .sample_format = 1}};
  xtf_bytes::Trace t{.number = 0, .samples = 1};
  t.bytes.big(0, std::uint32_t{0xC276A000});
  const auto pings = read(file_header(floats).append(ping({t, t})));
  EXPECT_EQ(pings.at(0).port[0] / pings[0].pair.geometry[0].counts_per_unit, 118.625F);
}

TEST_F(Xtf, WeightsThatChangeFromPingToPingAreApplied) {
  auto loud = trace(0, Samples{1000});
  auto quiet = trace(0, Samples{1000});
  quiet.weight = 4;
  const auto pings = read(file_header(kPair)
                              .append(ping({loud, trace(1, Samples{16})}))
                              .append(ping({quiet, trace(1, Samples{16})})));
  ASSERT_EQ(pings.size(), 2U);
  EXPECT_NEAR(pings[0].port[0], 16 * pings[1].port[0], 16);
  EXPECT_EQ(pings[0].starboard, pings[1].starboard);
  EXPECT_EQ(pings[0].pair.geometry, pings[1].pair.geometry);
}

TEST_F(Xtf, AbsurdWeightsLeaveTheScaleFinite) {
  for (const std::int16_t weight : {std::int16_t{-32768}, std::int16_t{32767}}) {
    auto port = trace(0, Samples{0, 1000});
    auto starboard = trace(1, Samples{1000, 0});
    port.weight = starboard.weight = weight;
    const auto pings = read(file_header(kPair).append(ping({port, starboard})));
    EXPECT_TRUE(std::isfinite(pings.at(0).pair.geometry[0].counts_per_unit));
    EXPECT_GT(pings[0].pair.geometry[0].counts_per_unit, 0);
  }
}

TEST_F(Xtf, OneWeightForAllKeepsTheCountsAsTheyAre) {
  auto port = trace(0, Samples{60000, 3});
  auto starboard = trace(1, Samples{5, 6});
  port.weight = starboard.weight = 9;
  const auto pings = read(file_header(kPair).append(ping({port, starboard})));
  EXPECT_THAT(pings.at(0).port, ElementsAre(3, 60000));
  EXPECT_EQ(pings[0].pair.geometry[0].counts_per_unit, 512);
}

TEST_F(Xtf, HighestFrequencyPairIsTheDefaultAndOthersCanBeChosen) {
  const std::vector<Channel> four{{.type = 1, .frequency_khz = 100},
                                  {.type = 2, .frequency_khz = 100},
                                  {.type = 1, .frequency_khz = 400},
                                  {.type = 2, .frequency_khz = 400}};
  const auto bytes = file_header(four).append(
      ping({trace(0, Samples{1}), trace(1, Samples{2}), trace(2, Samples{3}), trace(3, Samples{4})}));
  EXPECT_THAT(read(bytes).at(0).port, ElementsAre(3));
  EXPECT_THAT(read(bytes).at(0).starboard, ElementsAre(4));
  EXPECT_THAT(read(bytes, {.pair = 0}).at(0).port, ElementsAre(1));
  EXPECT_THAT(read(bytes, {.frequency_khz = 120.0F}).at(0).starboard, ElementsAre(2));
  EXPECT_THAT([&] { (void)open(bytes, {.pair = 2}); },
              ThrowsMessage<UsageError>(HasSubstr("pairs are 0 to 1")));
}

TEST_F(Xtf, SidesMayDifferInLengthAndOneMayBeMissing) {
  const auto pings = read(file_header(kPair)
                              .append(ping({trace(0, Samples{1, 2, 3}), trace(1, Samples{9})}))
                              .append(ping({trace(1, Samples{8})})));
  ASSERT_EQ(pings.size(), 2U);
  EXPECT_EQ(pings[0].pair.geometry[0].samples, 3U);
  EXPECT_EQ(pings[0].pair.geometry[1].samples, 1U);
  EXPECT_EQ(pings[1].pair.geometry[0].samples, 0U);
  EXPECT_THAT(pings[1].starboard, ElementsAre(8));
}

TEST_F(Xtf, MoreThanSixChannelsMakeALongerHeader) {
  std::vector<Channel> many(15, {.type = 0});
  many[13].type = 1;
  many[14].type = 2;
  const auto header = file_header(many);
  ASSERT_EQ(header.size(), 3072U);
  const auto pings = read(ByteBuilder(header).append(ping({trace(13, Samples{5}), trace(14, Samples{6})})));
  EXPECT_THAT(pings.at(0).port, ElementsAre(5));
}

TEST_F(Xtf, ChannelsNumberedAmissAreFoundByTheirPlace) {
  const auto pings = read(file_header({{.type = 0}, {.type = 1}, {.type = 2}})
                              .append(ping({trace(77, Samples{5}), trace(78, Samples{6})})));
  EXPECT_THAT(pings.at(0).port, ElementsAre(5));
  EXPECT_THAT(pings.at(0).starboard, ElementsAre(6));
}

TEST_F(Xtf, SampleCountZeroIsFoundElsewhere) {
  auto port = trace(0, Samples{4, 3, 2, 1});
  auto starboard = trace(1, Samples{1, 2, 3, 4});
  port.samples = starboard.samples = 0;
  const auto told = read(
      file_header({{.type = 1, .reserved = 4}, {.type = 2, .reserved = 4}}).append(ping({port, starboard})));
  EXPECT_THAT(told.at(0).starboard, ElementsAre(1, 2, 3, 4));
  // By the packet's length: 2 x 32 samples leave no padding.
  auto long_port = trace(0, Samples(32, 7));
  auto long_starboard = trace(1, Samples(32, 9));
  long_port.samples = long_starboard.samples = 0;
  const auto derived = read(file_header(kPair).append(ping({long_port, long_starboard})));
  EXPECT_EQ(derived.at(0).port, Samples(32, 7));
  EXPECT_EQ(derived.at(0).starboard, Samples(32, 9));
}

TEST_F(Xtf, ReservedSamplesBelowTheTrueCountLoseNothing) {
  const auto pings =
      read(file_header({{.type = 1, .reserved = 2}, {.type = 2, .reserved = 2}}).append(pair_ping()));
  EXPECT_EQ(pings.at(0).port.size(), 4U);
}

TEST_F(Xtf, OldVersionsPadEachChannel) {
  const auto bytes =
      file_header(kPair, 3, "305").append(ping({trace(0, Samples{2, 1}), trace(1, Samples{3, 4})}, {}, 64));
  EXPECT_THAT(read(bytes).at(0).starboard, ElementsAre(3, 4));
}

TEST_F(Xtf, GroundRangeIsBroughtToSlantRange) {
  // 100 m of ground in 1000 samples, altitude 20 m: the last ground sample lies at sqrt(100^2 + 20^2) m.
  Samples ramp(1000);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::uint16_t>(i);
  auto starboard = trace(1, ramp);
  starboard.ground_range_m = 100;
  const auto pings = read(file_header({{.type = 1}, {.type = 2, .correction = 2}})
                              .append(ping({trace(0, Samples{1, 2}), starboard}, {.altitude_m = 20})));
  const TraceGeometry& g = pings.at(0).pair.geometry[1];
  EXPECT_NEAR(g.range_m(), 101.98, 0.01);
  EXPECT_EQ(pings[0].starboard[static_cast<std::size_t>(g.sample_at(19))], 0);
  const auto at_60 = static_cast<std::size_t>(std::lround(g.sample_at(60)));
  EXPECT_NEAR(pings[0].starboard[at_60], 565.7, 2);  // sqrt(60^2 - 20^2) = 56.57 m
}

TEST_F(Xtf, ShipPositionIsUsedWithLaybackAgainstTheHeading) {
  const Where ship{
      .sensor_y = 0, .sensor_x = 0, .ship_y = 58, .ship_x = 11, .layback_m = 100, .heading_deg = 180};
  const auto pings = read(file_header(kPair).append(pair_ping(ship)));
  EXPECT_EQ(log_->position_from(), PositionFrom::ship_with_layback);
  const Ping& p = pings.at(0).pair.ping;
  EXPECT_NEAR(distance_m({p.latitude_deg, p.longitude_deg}, {58, 11}), 100, 0.01);
  EXPECT_GT(p.latitude_deg, 58);
}

TEST_F(Xtf, RepeatedPositionsAreInterpolatedByTime) {
  auto bytes = file_header(kPair);
  const double latitudes[] = {58.0, 58.0, 58.0, 58.3, 58.3};
  const std::uint8_t hundredths[] = {0, 10, 20, 30, 40};
  for (int i = 0; i < 5; ++i)
    bytes.append(pair_ping({.hundredths = hundredths[i], .sensor_y = latitudes[i]}));
  const auto pings = read(bytes);
  EXPECT_NEAR(pings.at(1).pair.ping.latitude_deg, 58.1, 1e-9);
  EXPECT_NEAR(pings.at(2).pair.ping.latitude_deg, 58.2, 1e-9);
  EXPECT_EQ(pings.at(3).pair.ping.latitude_deg, 58.3);
  EXPECT_EQ(pings.at(4).pair.ping.latitude_deg, 58.3) << "nothing is known of what follows";
  EXPECT_NEAR(pings.at(2).pair.ping.interval_s, 0.1, 1e-6);
}

TEST_F(Xtf, AnOutageBetweenKnownPositionsIsBridgedAndOneAtTheEdgeIsNot) {
  auto bytes = file_header(kPair);
  const double latitudes[] = {0, 58.0, 0, 58.2, 0};
  for (int i = 0; i < 5; ++i) {
    const auto hundredths = static_cast<std::uint8_t>(i * 10);
    bytes.append(pair_ping(
        {.hundredths = hundredths, .sensor_y = latitudes[i], .sensor_x = latitudes[i] == 0 ? 0 : 11.0}));
  }
  log_ = open(bytes);
  std::vector<PositionFrom> from;
  std::vector<double> found;
  while (const PingPair* pair = log_->next()) {
    from.push_back(log_->position_from());
    found.push_back(pair->ping.latitude_deg);
  }
  using enum PositionFrom;
  EXPECT_THAT(from, ElementsAre(nowhere, sensor, pings_around, sensor, nowhere));
  EXPECT_NEAR(found[2], 58.1, 1e-9);
}

TEST_F(Xtf, CoarseStampsAndPausesGiveUsableIntervals) {
  auto bytes = file_header(kPair);
  for (int i = 0; i < 200;
       ++i) {  // ten pings a second, stamped in whole seconds; a pause of 20 s after ping 99
    const int second = i / 10 + (i >= 100 ? 20 : 0);
    bytes.append(pair_ping({.second = static_cast<std::uint8_t>(second), .hundredths = 0}));
  }
  const auto pings = read(bytes);
  for (std::size_t i = 1; i < 200; ++i) {
    const float interval = pings.at(i).pair.ping.interval_s;
    if (i == 100) {
      EXPECT_NEAR(interval, 21, 1e-3);
    } else {
      EXPECT_NEAR(interval, 0.1, 0.015) << "ping " << i;
    }
  }
}

TEST_F(Xtf, InterpolationTakesTheShortWayAcrossTheDateLine) {
  auto bytes = file_header(kPair);
  bytes.append(pair_ping({.hundredths = 0, .sensor_x = 179.9}));
  bytes.append(pair_ping({.hundredths = 10, .sensor_x = 179.9}));
  bytes.append(pair_ping({.hundredths = 20, .sensor_x = -179.9}));
  EXPECT_NEAR(std::abs(read(bytes).at(1).pair.ping.longitude_deg), 180, 1e-9);
}

TEST_F(Xtf, PositionsComeFromNavigationPacketsWherePingsHaveNone) {
  const auto navigation = [](std::uint8_t second, double y) {
    return small_packet(42, [&](ByteBuilder& p) {
      p.little(14, std::uint16_t{2015}).little(16, std::uint8_t{7}).little(17, std::uint8_t{8});
      p.little(18, std::uint8_t{13})
          .little(19, std::uint8_t{30})
          .little(20, second)
          .little(33, y)
          .little(41, 11.0);
    });
  };
  const Where lost{.hundredths = 50, .sensor_y = 0, .sensor_x = 0};
  const auto pings = read(file_header(kPair)
                              .append(navigation(15, 58.0))
                              .append(pair_ping(lost))
                              .append(navigation(16, 58.2))
                              .append(pair_ping({.second = 17, .sensor_y = 0, .sensor_x = 0})));
  ASSERT_EQ(pings.size(), 2U);
  EXPECT_NEAR(pings[0].pair.ping.latitude_deg, 58.1, 1e-9);
  EXPECT_FALSE(pings[1].pair.ping.has_position());
}

TEST_F(Xtf, RawPositionCountsTenthsOfMilliseconds) {
  const auto raw = [](std::uint8_t second, std::uint16_t tenths, double y, float heading) {
    return small_packet(107, [&](ByteBuilder& p) {
      p.little(14, std::uint16_t{2015}).little(16, std::uint8_t{7}).little(17, std::uint8_t{8});
      p.little(18, std::uint8_t{13}).little(19, std::uint8_t{30}).little(20, second).little(21, tenths);
      p.little(23, y).little(31, 11.0).little(59, heading);
    });
  };
  const Where lost{.hundredths = 50, .sensor_y = 0, .sensor_x = 0, .heading_deg = 0};
  const auto pings = read(file_header(kPair)
                              .append(raw(15, 4000, 58.0, 350))
                              .append(pair_ping(lost))
                              .append(raw(15, 8000, 58.4, 10))
                              .append(pair_ping({.second = 16, .sensor_y = 0, .sensor_x = 0})));
  EXPECT_NEAR(pings.at(0).pair.ping.latitude_deg, 58.1, 1e-9);
}

TEST_F(Xtf, AttitudeWithoutACalendarIsPlacedByItsTimeTag) {
  const auto attitude = [](std::uint32_t tag_ms, float heading, float roll) {
    return small_packet(3, [&](ByteBuilder& p) {
      p.little(30, 1.0F).little(34, roll).little(46, tag_ms).little(50, heading);
    });
  };
  Where flat{.hundredths = 0, .heading_deg = 0, .attitude_tag_ms = 5000};
  auto first = pair_ping(flat).little(204, 0.0F).little(208, 0.0F);
  flat.hundredths = 30;
  flat.attitude_tag_ms = 5300;
  auto second = pair_ping(flat).little(204, 0.0F).little(208, 0.0F);
  const auto pings = read(file_header(kPair)
                              .append(attitude(4900, 350, 2))
                              .append(first)
                              .append(attitude(5100, 10, 4))
                              .append(second));
  EXPECT_NEAR(std::remainder(pings.at(0).pair.ping.heading_deg, 360.0F), 0, 1e-3);
  EXPECT_NEAR(pings.at(0).pair.ping.roll_deg, 3, 1e-5);
}

TEST_F(Xtf, ProjectedMetresNeedAZone) {
  // 58 N 9 E in EPSG:32632, as PROJ has it.
  const Where metres{.sensor_y = 6428710.15893351, .sensor_x = 500000};
  const auto bytes = file_header(kPair, 0).append(pair_ping(metres));
  EXPECT_FALSE(read(bytes).at(0).pair.ping.has_position());
  EXPECT_THAT(log_->description().remarks.at(0), HasSubstr("--utm"));
  const auto pings = read(bytes, {.utm_zone = "32n"});
  EXPECT_NEAR(pings.at(0).pair.ping.longitude_deg, 9, 1e-9);
  EXPECT_NEAR(pings.at(0).pair.ping.latitude_deg, 58, 1e-9);
  EXPECT_THAT([&] { (void)open(bytes, {.utm_zone = "99x"}); }, ThrowsMessage<UsageError>(HasSubstr("99x")));
}

TEST_F(Xtf, PortOrderIsDetectedAndCanBeForced) {
  // Both sides: loud burst, dark water, then falling bottom echoes. Port is stored nadir first, against the
  // rule.
  Samples profile(128);
  for (std::size_t i = 0; i < profile.size(); ++i) {
    profile[i] = static_cast<std::uint16_t>(i < 3 ? 30000 : i < 30 ? 20 : 20000 - 100 * i);
  }
  const auto bytes = file_header(kPair).append(ping({trace(0, profile), trace(1, profile)}));
  EXPECT_EQ(read(bytes).at(0).port, profile);
  EXPECT_THAT(log_->description().port_order, HasSubstr("nadir to far (detected)"));
  EXPECT_EQ(read(bytes, {.port_order = PortOrder::far_to_nadir}).at(0).port.back(), 30000);
}

TEST_F(Xtf, FlickeringSoundSpeedDoesNotChangeTheGeometryButANewRangeDoes) {
  auto bytes = file_header(kPair);
  for (int i = 0; i < 10; ++i)
    bytes.append(pair_ping({.sound_velocity = 750 + 0.1F * static_cast<float>(i % 3)}));
  auto wide = trace(0, Samples{1, 2, 3, 4});
  wide.duration_s = 0.2F;
  bytes.append(ping({wide, trace(1, Samples{1, 2, 3, 4})}));
  const auto pings = read(bytes);
  for (std::size_t i = 1; i < 10; ++i) EXPECT_EQ(pings.at(i).pair.geometry, pings[0].pair.geometry);
  EXPECT_FLOAT_EQ(pings.at(10).pair.geometry[0].range_m(), 150);
}

// --- what is wrong in files

TEST_F(Xtf, GarbageBetweenPacketsIsCountedAndNothingElseLost) {
  auto bytes = file_header(kPair).append(pair_ping());
  const std::size_t broken = bytes.size();
  bytes.append(ByteBuilder(100).text(10, "\xCE\xFA not a packet")).append(pair_ping()).append(pair_ping());
  EXPECT_EQ(read(bytes).size(), 3U);
  ASSERT_EQ(log_->faults().size(), 1U);
  EXPECT_EQ(log_->faults()[0].kind, "garbage_between_packets");
  EXPECT_EQ(log_->faults()[0].first_at, broken);
}

TEST_F(Xtf, TruncationAnywhereKeepsTheWholePingsBefore) {
  auto whole = file_header(kPair);
  for (int i = 0; i < 3; ++i) whole.append(pair_ping());
  const std::size_t packet = pair_ping().size();
  for (std::size_t size = 1024 + packet; size < whole.size(); size += 11) {
    const auto pings = read(ByteBuilder(whole).resize(size));
    ASSERT_EQ(pings.size(), (size - 1024) / packet) << "cut at " << size;
    const bool clean = (size - 1024) % packet == 0;
    EXPECT_EQ(log_->faults().empty(), clean) << "cut at " << size;
  }
  for (std::size_t size = 1; size < 1024 + packet; size += 67) {
    EXPECT_THROW((void)open(ByteBuilder(whole).resize(size)), InputError) << "cut at " << size;
  }
}

TEST_F(Xtf, ALyingPacketLengthCostsThatPacketOnly) {
  for (const std::uint32_t lie : {0U, 13U, 100U, 300U, 1000U, 0x0FFFFFFFU, 0xFFFFFFFFU}) {
    auto bytes = file_header(kPair).append(pair_ping()).append(pair_ping().little(10, lie));
    bytes.append(pair_ping()).append(pair_ping());
    EXPECT_GE(read(bytes).size(), 3U) << lie;
    EXPECT_EQ(log_->faults().size(), 1U) << lie;
  }
}

TEST_F(Xtf, LyingSampleAndChannelCountsKeepTheChannelsThatFit) {
  auto port = trace(0, Samples{4, 3, 2, 1});
  auto starboard = trace(1, Samples{1, 2, 3, 4});
  starboard.samples = 0xFFFFFFFF;
  const auto pings = read(
      file_header(kPair).append(ping({port, starboard})).append(pair_ping().little(4, std::uint16_t{500})));
  ASSERT_EQ(pings.size(), 2U);
  EXPECT_THAT(pings[0].port, ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(pings[0].starboard.empty());
  EXPECT_THAT(pings[1].starboard, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(fault_count(*log_, "channel_beyond_packet"), 2U);
}

TEST_F(Xtf, AbsurdValuesBecomeUnknownAndAreCounted) {
  auto odd = pair_ping({.sound_velocity = 20000, .sensor_y = 1e300, .sensor_x = NAN, .altitude_m = INFINITY});
  odd.little(16, std::uint8_t{13});
  odd.little(204, NAN).little(212, 1e9F);
  const auto pings = read(file_header(kPair).append(pair_ping()).append(odd));
  const Ping& p = pings.at(1).pair.ping;
  EXPECT_FALSE(p.has_position());
  EXPECT_EQ(p.time_utc_ns, kUnknownTime);
  EXPECT_TRUE(std::isnan(p.heading_deg) && std::isnan(p.pitch_deg) && std::isnan(p.altitude_m));
  EXPECT_EQ(p.sound_speed_mps, 1500);
  EXPECT_EQ(fault_count(*log_, "position_absurd"), 1U);
  EXPECT_EQ(fault_count(*log_, "time_absent_or_absurd"), 1U);
  EXPECT_EQ(fault_count(*log_, "sound_speed_absurd"), 1U);
}

TEST_F(Xtf, FilesThatHoldNothingToReadAreRefusedInOneLine) {
  const auto refused = [&](const ByteBuilder& bytes, const char* why) {
    EXPECT_THAT([&] { (void)open(bytes); }, ThrowsMessage<InputError>(HasSubstr(why)));
  };
  refused(ByteBuilder(), "is empty");
  refused(file_header({{.type = 0}, {.type = 3}}).append(pair_ping()), "without side-scan channels");
  refused(file_header(kPair), "without a readable side-scan ping");
  refused(file_header(kPair).append(ByteBuilder(5000)), "holds no XTF packet");
  refused(file_header(kPair).little(166, std::uint16_t{65}), "more than 64 channels");
  refused(ByteBuilder().text(0, "{\"name\": \"a text file named .xtf\"}\n"), "is a text file");
}

TEST_F(Xtf, ThingsThatAreNoFilesAreRefused) {
  EXPECT_THAT([] { (void)open_log("/nowhere.xtf"); }, ThrowsMessage<InputError>(HasSubstr("No such file")));
  EXPECT_THAT([&] { (void)open_log(folder_.path()); }, ThrowsMessage<InputError>(HasSubstr("folder")));
  const auto pipe = folder_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT([&] { (void)open_log(pipe); }, ThrowsMessage<InputError>(HasSubstr("regular file")));
}

TEST_F(Xtf, AFileThatShrinksWhileItIsReadIsAFaultAndNoCrash) {
  auto bytes = file_header(kPair);
  for (int i = 0; i < 2000; ++i) bytes.append(ping({trace(0, Samples(500, 1)), trace(1, Samples(500, 2))}));
  const auto log = open(bytes);
  ASSERT_NE(log->next(), nullptr);
  std::filesystem::resize_file(folder_.path() / "log.xtf", 100000);
  std::size_t count = 0;
  while (const PingPair* pair = log->next()) {
    (void)read_current(*log, *pair);
    ++count;
  }
  EXPECT_LT(count, 2000U);
  EXPECT_FALSE(log->faults().empty());
}

TEST_F(Xtf, LongLogsAreTheSameAfterSeekingFromAnywhere) {
  auto bytes = file_header(kPair);
  for (int i = 0; i < 3000; ++i) {
    Where w{.minute = static_cast<std::uint8_t>(i / 600),
            .second = static_cast<std::uint8_t>(i / 10 % 60),
            .hundredths = static_cast<std::uint8_t>(i % 10 * 10),
            .sound_velocity = 745 + 0.01F * static_cast<float>(i)};
    w.sensor_y += 1e-6 * (i / 7);
    bytes.append(ping({trace(0, Samples{static_cast<std::uint16_t>(i)}), trace(1, Samples{1})}, w));
    if (i % 100 == 50) bytes.append(ByteBuilder(33));
  }
  const auto pings = read(bytes);
  ASSERT_EQ(pings.size(), 3000U);
  const auto faults = fault_count(*log_, "garbage_between_packets");
  EXPECT_EQ(faults, 30U);
  std::uint64_t number = 17;
  for (int i = 0; i < 200; ++i) {
    number = (number * 1103515245 + 12345) % 3000;
    log_->seek(number);
    ASSERT_EQ(read_current(*log_, *log_->next()).bytes(), pings[number].bytes()) << number;
    const auto fresh = i % 50 == 0 ? open(bytes) : nullptr;  // a log that never went past the place
    if (!fresh) continue;
    fresh->seek(number);
    ASSERT_EQ(read_current(*fresh, *fresh->next()).bytes(), pings[number].bytes()) << number;
  }
  EXPECT_EQ(fault_count(*log_, "garbage_between_packets"), faults);
}

}  // namespace
}  // namespace towfish
