#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/sonar/error.hpp"
#include "pipeline/sonar/geometry.hpp"
#include "tests/logs/xtf_file.hpp"

namespace towfish {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using xtf_bytes::Channel;
using xtf_bytes::file_header;
using xtf_bytes::ping;
using xtf_bytes::trace;
using xtf_bytes::Where;

class Xtf : public XtfFile {
 protected:
  static ByteBuilder long_log();
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

/// 3000 pings whose geometry depends on those before, with garbage behind every hundredth.
ByteBuilder Xtf::long_log() {
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
  return bytes;
}

TEST_F(Xtf, LongLogsAreTheSameAfterSeekingFromAnywhere) {
  const auto bytes = long_log();
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

TEST_F(Xtf, APlaceLearntFromAnotherReaderSparesTheWayThere) {
  const auto bytes = long_log();
  const auto pings = read(bytes);
  for (const std::uint64_t number : {300U, 1234U, 2999U}) {
    const auto fresh = open(bytes);
    for (const char* nonsense : {"", "here", "1000 20000", "0 0 0 0 0 0 0 0 0 0 0 0 0 0"})
      fresh->learn_place(nonsense);
    fresh->learn_place(log_->place_before(number - 2 * Log::kNavigationWindow));
    fresh->seek(number);
    ASSERT_EQ(read_current(*fresh, *fresh->next()).bytes(), pings[number].bytes()) << number;
    EXPECT_LE(fault_count(*fresh, "garbage_between_packets"), 5U)
        << "headers from the beginning on were read";
    fresh->seek(3);
    EXPECT_EQ(read_current(*fresh, *fresh->next()).bytes(), pings[3].bytes());
  }
  EXPECT_EQ(open(bytes)->place_before(2000), "") << "a reader that has not been there";
}

}  // namespace
}  // namespace towfish
