#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "tests/logs/read_log.hpp"
#include "tests/logs/temporary_folder.hpp"
#include "tests/logs/xtf_bytes.hpp"

/// What recorders made of XTF: less usual kinds of samples, sides, beams and packets.
namespace towfish {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using xtf_bytes::Channel;
using xtf_bytes::file_header;
using xtf_bytes::ping;
using xtf_bytes::small_packet;
using xtf_bytes::trace;
using xtf_bytes::Where;
using Samples = std::vector<std::uint16_t>;

const std::vector<Channel> kPair{{.type = 1}, {.type = 2}};

class XtfVariants : public testing::Test {
 protected:
  std::vector<ReadPing> read(const ByteBuilder& bytes, const LogOptions& options = {}) {
    log_ = open_log(folder_.write("log.xtf", bytes.bytes()), options);
    return read_all(*log_);
  }
  TemporaryFolder folder_;
  std::unique_ptr<Log> log_;
};

TEST_F(XtfVariants, SampleFormatDecidesOnlyWhereTheWidthIsNotTold) {
  // A recorder older than revision 41 left rubbish in what is SampleFormat today.
  const auto old = read(file_header({{.type = 1, .sample_format = 5}, {.type = 2, .sample_format = 1}})
                            .append(ping({trace(0, Samples{2, 1}), trace(1, Samples{3, 4})})));
  EXPECT_THAT(old.at(0).port, ElementsAre(1, 2));
  EXPECT_THAT(old.at(0).starboard, ElementsAre(3, 4));
  using Bytes = std::vector<std::uint8_t>;
  const auto widthless = read(file_header({{.type = 1, .bytes_per_sample = 0, .sample_format = 8},
                                           {.type = 2, .bytes_per_sample = 0, .sample_format = 3}})
                                  .append(ping({trace(0, Bytes{2, 1}), trace(1, Samples{300, 4})})));
  EXPECT_THAT(widthless.at(0).port, ElementsAre(1, 2));
  EXPECT_THAT(widthless.at(0).starboard, ElementsAre(300, 4));
}

TEST_F(XtfVariants, UnsignedFourByteSamplesBeyondSixteenBitsAreScaledAndNotCut) {
  const std::vector<Channel> wide{{.type = 1, .bytes_per_sample = 4, .sample_format = 2},
                                  {.type = 2, .bytes_per_sample = 4, .sample_format = 2}};
  using Wide = std::vector<std::uint32_t>;
  const auto pings = read(file_header(wide).append(
      ping({trace(0, Wide{4'000'000'000U, 1'000'000'000U}), trace(1, Wide{2'000'000'000U, 0})})));
  const float scale = pings.at(0).pair.geometry[0].counts_per_unit;
  EXPECT_LT(scale, 1e-4);
  EXPECT_NEAR(pings[0].port[0], 1e9F * scale, 1);
  EXPECT_NEAR(pings[0].port[1], 4e9F * scale, 1);
  EXPECT_NEAR(pings[0].starboard[0], 2e9F * scale, 1);
}

TEST_F(XtfVariants, LongTracesComeOutAsShortOnesDo) {
  using Signed = std::vector<std::int16_t>;
  Signed port(3000);
  Samples starboard(5001);
  for (std::size_t i = 0; i < port.size(); ++i) port[i] = static_cast<std::int16_t>(i % 2 == 0 ? i : -i);
  for (std::size_t i = 0; i < starboard.size(); ++i) starboard[i] = static_cast<std::uint16_t>(i * 13);
  const auto header = file_header({{.type = 1, .unipolar = 0}, {.type = 2}});
  const auto one = ping({trace(0, port), trace(1, starboard)});
  const auto pings =
      read(ByteBuilder(header).append(one).append(one).append(one), {.port_order = PortOrder::far_to_nadir});
  ASSERT_EQ(pings.size(), 3U);
  for (const ReadPing& p : pings) {
    EXPECT_EQ(p.starboard, starboard);
    for (std::size_t i = 0; i < port.size(); ++i) ASSERT_EQ(p.port[i], port.size() - 1 - i);
  }
}

TEST_F(XtfVariants, ALongTraceThatWasCutOffWhileReadingEndsInZeros) {
  const auto one = ping({trace(0, Samples(9000, 7)), trace(1, Samples(9000, 9))});
  auto bytes = file_header(kPair);
  for (int i = 0; i < 60; ++i) bytes.append(one);
  log_ = open_log(folder_.write("log.xtf", bytes.bytes()));
  constexpr std::size_t kBefore = 30;  // beyond the block at the beginning of the file
  for (std::size_t i = 0; i <= kBefore; ++i) ASSERT_NE(log_->next(), nullptr);
  std::filesystem::resize_file(folder_.path() / "log.xtf", 1024 + kBefore * one.size() + 256 + 64 + 4000);
  Samples port(9000, 1);
  log_->read_trace(Side::port, port);
  EXPECT_EQ(std::count(port.begin(), port.end(), 7), 2000);
  EXPECT_EQ(fault_count(*log_, "file_became_shorter"), 1U);
}

TEST_F(XtfVariants, BothSidesInGroundRangeMayHaveDifferentSampleCounts) {
  // 60 m of ground a side, altitude 8 m: 600 samples of 10 cm on port, 300 of 20 cm on starboard. The value
  // of each sample is its ground range in decimetres.
  Samples port(600);
  Samples starboard(300);
  for (std::size_t i = 0; i < port.size(); ++i) port[port.size() - 1 - i] = static_cast<std::uint16_t>(i);
  for (std::size_t i = 0; i < starboard.size(); ++i) starboard[i] = static_cast<std::uint16_t>(2 * i);
  auto left = trace(0, port);
  auto right = trace(1, starboard);
  left.ground_range_m = right.ground_range_m = 60;
  const auto pings = read(file_header({{.type = 1, .correction = 2}, {.type = 2, .correction = 2}})
                              .append(ping({left, right}, {.altitude_m = 8})));
  EXPECT_THAT(log_->description().remarks, testing::Contains(HasSubstr("ground range")));
  for (const double slant_m : {10.0, 17.0, 40.0, 59.0}) {
    const double ground_dm = 10 * std::sqrt(slant_m * slant_m - 64);
    const auto at = [&](const Samples& trace, Side side) {
      const double sample = pings.at(0).pair.geometry[index(side)].sample_at(static_cast<float>(slant_m));
      return trace[static_cast<std::size_t>(std::lround(sample))];
    };
    EXPECT_NEAR(at(pings[0].port, Side::port), ground_dm, 3) << slant_m;
    EXPECT_NEAR(at(pings[0].starboard, Side::starboard), ground_dm, 6) << slant_m;
  }
}

TEST_F(XtfVariants, GroundRangeWithoutAltitudeIsTakenForSlantRangeAndCounted) {
  auto left = trace(0, Samples{2, 1});
  auto right = trace(1, Samples{3, 4});
  left.ground_range_m = right.ground_range_m = 60;
  const auto pings = read(file_header({{.type = 1, .correction = 2}, {.type = 2, .correction = 2}})
                              .append(ping({left, right}, {.altitude_m = 0})));
  EXPECT_FLOAT_EQ(pings.at(0).pair.geometry[0].range_m(), 60);
  EXPECT_THAT(pings[0].starboard, ElementsAre(3, 4));
  EXPECT_EQ(fault_count(*log_, "ground_range_without_altitude"), 1U);
}

TEST_F(XtfVariants, TheBeamsOfAKleinPingFollowEachOtherAtAFifthOfItsInterval) {
  auto bytes = file_header(kPair);
  for (int i = 0; i < 100; ++i) {
    for (std::uint8_t beam = 0; beam < 5; ++beam) {
      const auto hundredths = static_cast<std::uint8_t>(i * 20 % 100);
      bytes.append(
          ping({trace(0, Samples{beam}), trace(1, Samples{static_cast<std::uint16_t>(10 + beam)})},
               {.second = static_cast<std::uint8_t>(i / 5), .hundredths = hundredths, .beam = beam}));
    }
  }
  const auto pings = read(bytes);
  ASSERT_EQ(pings.size(), 500U);
  for (std::size_t i = 0; i < pings.size(); ++i) EXPECT_THAT(pings[i].starboard, ElementsAre(10 + i % 5));
  for (std::size_t i = 70; i < 430; ++i) EXPECT_NEAR(pings[i].pair.ping.interval_s, 0.04F, 0.002F) << i;
  EXPECT_TRUE(log_->faults().empty());
}

TEST_F(XtfVariants, RedundantKleinPingsAndUnknownPacketsArePassedOver) {
  const auto one = ping({trace(0, Samples{1}), trace(1, Samples{2})});
  auto bytes = file_header(kPair).append(one).append(ByteBuilder(one).little(2, std::uint8_t{8}));
  for (const int type : {1, 2, 15, 65, 106, 199, 255}) {
    bytes.append(small_packet(static_cast<std::uint8_t>(type)));
  }
  EXPECT_EQ(read(bytes.append(one)).size(), 2U);
  EXPECT_TRUE(log_->faults().empty());
}

/// A ping that lacks heading, pitch and roll.
ByteBuilder level_ping(std::uint8_t second, std::uint8_t hundredths) {
  return ping({trace(0, Samples{1}), trace(1, Samples{2})},
              {.second = second, .hundredths = hundredths, .heading_deg = 0})
      .little(204, 0.0F)
      .little(208, 0.0F);
}

TEST_F(XtfVariants, AttitudePacketsArePlacedByCalendarOrBySourceEpoch) {
  // 2015-07-08T13:30:15Z is 1436362215 s after 1970.
  const auto by_epoch = [](std::uint32_t microseconds, float heading) {
    return small_packet(3, [&](ByteBuilder& p) {
      p.little(22, microseconds).little(26, std::uint32_t{1436362215}).little(30, 1.0F).little(34, 2.0F);
      p.little(38, 0.5F).little(50, heading);
    });
  };
  const auto by_calendar = [](std::uint16_t milliseconds, float heading) {
    return small_packet(3, [&](ByteBuilder& p) {
      p.little(30, 1.0F)
          .little(34, 2.0F)
          .little(38, 0.5F)
          .little(50, heading)
          .little(54, std::uint16_t{2015});
      p.little(56, std::uint8_t{7}).little(57, std::uint8_t{8}).little(58, std::uint8_t{13});
      p.little(59, std::uint8_t{30}).little(60, std::uint8_t{15}).little(61, milliseconds);
    });
  };
  const auto check = [&](const ByteBuilder& before, const ByteBuilder& after) {
    const auto pings = read(
        file_header(kPair).append(before).append(level_ping(15, 40)).append(after).append(level_ping(16, 0)));
    EXPECT_NEAR(pings.at(0).pair.ping.heading_deg, 50, 1e-3);
    EXPECT_FLOAT_EQ(pings[0].pair.ping.pitch_deg, 1);
    EXPECT_FLOAT_EQ(pings[0].pair.ping.roll_deg, 2);
    EXPECT_FLOAT_EQ(pings[0].pair.ping.heave_m, 0.5F);
  };
  check(by_epoch(200'000, 40), by_epoch(600'000, 60));
  check(by_calendar(200, 40), by_calendar(600, 60));
}

TEST_F(XtfVariants, GyroPacketsGiveHeading) {
  const auto gyro = [](std::uint32_t microseconds, float heading) {
    return small_packet(84, [&](ByteBuilder& p) {
      p.little(14, std::uint16_t{2015}).little(16, std::uint8_t{7}).little(17, std::uint8_t{8});
      p.little(18, std::uint8_t{13}).little(19, std::uint8_t{30}).little(20, std::uint8_t{15});
      p.little(21, microseconds).little(33, heading);
    });
  };
  const auto pings = read(file_header(kPair)
                              .append(gyro(200'000, 350))
                              .append(level_ping(15, 40))
                              .append(gyro(600'000, 10))
                              .append(level_ping(16, 0)));
  EXPECT_NEAR(std::remainder(pings.at(0).pair.ping.heading_deg, 360.0F), 0, 1e-3);
  EXPECT_TRUE(std::isnan(pings[0].pair.ping.roll_deg));
}

TEST_F(XtfVariants, NavigationPacketsWithAbsurdValuesAreNotBelieved) {
  const auto raw = [](std::uint8_t second, double y, float heading) {
    return small_packet(107, [&](ByteBuilder& p) {
      p.little(14, std::uint16_t{2015}).little(16, std::uint8_t{7}).little(17, std::uint8_t{8});
      p.little(18, std::uint8_t{13}).little(19, std::uint8_t{30}).little(20, second);
      p.little(23, y).little(31, 11.0).little(47, 1e30F).little(59, heading);
    });
  };
  const Where lost{.hundredths = 50, .sensor_y = 0, .sensor_x = 0, .heading_deg = 0};
  const auto bare =
      ping({trace(0, Samples{1}), trace(1, Samples{2})}, lost).little(204, 0.0F).little(208, 0.0F);
  for (const auto& [y, heading] : {std::pair{NAN, NAN}, {1e300, -1e9F}, {91.0, INFINITY}}) {
    const auto pings = read(
        file_header(kPair).append(raw(15, y, heading)).append(bare).append(raw(16, y, heading)).append(bare));
    EXPECT_FALSE(pings.at(0).pair.ping.has_position());
    EXPECT_TRUE(std::isnan(pings[0].pair.ping.heading_deg) && std::isnan(pings[0].pair.ping.pitch_deg));
  }
}

}  // namespace
}  // namespace towfish
