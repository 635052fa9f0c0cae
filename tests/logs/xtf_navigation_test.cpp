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
using xtf_bytes::file_header;
using xtf_bytes::small_packet;
using xtf_bytes::Where;

class XtfNavigation : public XtfFile {};

TEST_F(XtfNavigation, ShipPositionIsUsedWithLaybackAgainstTheHeading) {
  const Where ship{
      .sensor_y = 0, .sensor_x = 0, .ship_y = 58, .ship_x = 11, .layback_m = 100, .heading_deg = 180};
  const auto pings = read(file_header(kPair).append(pair_ping(ship)));
  EXPECT_EQ(log_->position_from(), PositionFrom::ship_with_layback);
  const Ping& p = pings.at(0).pair.ping;
  EXPECT_NEAR(distance_m({p.latitude_deg, p.longitude_deg}, {58, 11}), 100, 0.01);
  EXPECT_GT(p.latitude_deg, 58);
}

TEST_F(XtfNavigation, RepeatedPositionsAreInterpolatedByTime) {
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

TEST_F(XtfNavigation, AnOutageBetweenKnownPositionsIsBridgedAndOneAtTheEdgeIsNot) {
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

TEST_F(XtfNavigation, APositionBeforeAPingOfAnotherPairOfChannelsIsForTheNextOfThisOne) {
  const std::vector<xtf_bytes::Channel> four{{.type = 1, .frequency_khz = 100},
                                             {.type = 2, .frequency_khz = 100},
                                             {.type = 1, .frequency_khz = 400},
                                             {.type = 2, .frequency_khz = 400}};
  auto bytes = file_header(four);
  for (int i = 0; i < 3; ++i) {
    const Where when{.hundredths = static_cast<std::uint8_t>(10 * i), .sensor_y = 0, .sensor_x = 0};
    bytes.append(small_packet(42, [&](ByteBuilder& p) {
      p.little(14, std::uint16_t{2015}).little(16, std::uint8_t{7}).little(17, std::uint8_t{8});
      p.little(18, std::uint8_t{13}).little(19, when.minute).little(20, when.second);
      p.little(21, std::uint32_t{when.hundredths} * 10'000).little(33, 58.0 + i).little(41, 11.0);
    }));
    bytes.append(xtf_bytes::ping({xtf_bytes::trace(0, Samples{1}), xtf_bytes::trace(1, Samples{2})}, when));
    bytes.append(xtf_bytes::ping({xtf_bytes::trace(2, Samples{3}), xtf_bytes::trace(3, Samples{4})}, when));
  }
  const auto pings = read(bytes);
  ASSERT_EQ(pings.size(), 3U);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(pings.at(i).pair.ping.latitude_deg, 58.0 + i, 1e-9);
}

TEST_F(XtfNavigation, CoarseStampsAndPausesGiveUsableIntervals) {
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

TEST_F(XtfNavigation, InterpolationTakesTheShortWayAcrossTheDateLine) {
  auto bytes = file_header(kPair);
  bytes.append(pair_ping({.hundredths = 0, .sensor_x = 179.9}));
  bytes.append(pair_ping({.hundredths = 10, .sensor_x = 179.9}));
  bytes.append(pair_ping({.hundredths = 20, .sensor_x = -179.9}));
  EXPECT_NEAR(std::abs(read(bytes).at(1).pair.ping.longitude_deg), 180, 1e-9);
}

TEST_F(XtfNavigation, PositionsComeFromNavigationPacketsWherePingsHaveNone) {
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

TEST_F(XtfNavigation, RawPositionCountsTenthsOfMilliseconds) {
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

TEST_F(XtfNavigation, AttitudeWithoutACalendarIsPlacedByItsTimeTag) {
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

TEST_F(XtfNavigation, ProjectedMetresNeedAZone) {
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

}  // namespace
}  // namespace towfish
