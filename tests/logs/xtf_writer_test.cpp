#include "pipeline/logs/xtf_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/logs/read_log.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

PingPair some_ping(std::uint64_t number) {
  PingPair pair;
  pair.ping.number = number;
  pair.ping.time_utc_ns = 1700000000'120000000 + static_cast<std::int64_t>(number) * 100'000'000;
  pair.ping.latitude_deg = 58.123456789 + 1e-6 * static_cast<double>(number);
  pair.ping.longitude_deg = -11.987654321;
  pair.ping.heading_deg = 271.5F;
  pair.ping.speed_mps = 1.75F;
  pair.ping.pitch_deg = -2.25F;
  pair.ping.roll_deg = 3.5F;
  pair.ping.heave_m = -0.125F;
  pair.ping.depth_m = 12.5F;
  pair.ping.altitude_m = 9.75F;
  pair.ping.sound_speed_mps = 1487;
  pair.geometry[0] = {4, 0, 0.05F, 455, 1};
  pair.geometry[1] = {3, 1.5F, 0.05F, 455, 1};
  return pair;
}

TEST(XtfWriter, WhatIsWrittenComesBack) {
  const TemporaryFolder folder;
  {
    XtfWriter writer(folder.path() / "out.xtf", "test sonar");
    for (std::uint64_t i = 0; i < 3; ++i) {
      writer.write(some_ping(i), std::vector<std::uint16_t>{1, 65535, 3, 40000},
                   std::vector<std::uint16_t>{7, 8, 9});
    }
    writer.close();
  }
  const auto log = open_log(folder.path() / "out.xtf", {.port_order = PortOrder::far_to_nadir});
  const auto pings = read_all(*log);
  ASSERT_EQ(pings.size(), 3U);
  EXPECT_EQ(log->description().sonar, "test sonar");
  EXPECT_TRUE(log->faults().empty());
  for (std::uint64_t i = 0; i < 3; ++i) {
    const Ping wanted = some_ping(i).ping;
    const Ping& got = pings[i].pair.ping;
    EXPECT_EQ(got.time_utc_ns, wanted.time_utc_ns);
    EXPECT_EQ(got.latitude_deg, wanted.latitude_deg);
    EXPECT_EQ(got.longitude_deg, wanted.longitude_deg);
    EXPECT_EQ(got.heading_deg, wanted.heading_deg);
    EXPECT_FLOAT_EQ(got.speed_mps, wanted.speed_mps);
    EXPECT_EQ(got.pitch_deg, wanted.pitch_deg);
    EXPECT_EQ(got.roll_deg, wanted.roll_deg);
    EXPECT_EQ(got.heave_m, wanted.heave_m);
    EXPECT_EQ(got.depth_m, wanted.depth_m);
    EXPECT_EQ(got.altitude_m, wanted.altitude_m);
    EXPECT_EQ(got.sound_speed_mps, wanted.sound_speed_mps);
    EXPECT_THAT(pings[i].port, ElementsAre(1, 65535, 3, 40000));
    EXPECT_THAT(pings[i].starboard, ElementsAre(7, 8, 9));
    for (const Side side : kSides) {
      const TraceGeometry& geometry = pings[i].pair.geometry[index(side)];
      EXPECT_NEAR(geometry.range_m(), some_ping(i).geometry[index(side)].range_m(), 1e-4);
      EXPECT_NEAR(geometry.first_edge_m, some_ping(i).geometry[index(side)].first_edge_m, 1e-4);
      EXPECT_EQ(geometry.frequency_khz, 455);
    }
  }
}

TEST(XtfWriter, UnknownStaysUnknownAndDueNorthStaysNorth) {
  const TemporaryFolder folder;
  PingPair bare;
  bare.geometry[1] = {2, 0, 0.1F, 0, 256};
  PingPair north = bare;
  north.ping.heading_deg = 0;
  {
    XtfWriter writer(folder.path() / "out.xtf", "");
    writer.write(bare, {}, std::vector<std::uint16_t>{7, 8});
    writer.write(north, {}, std::vector<std::uint16_t>{7, 8});
    writer.close();
  }
  const auto pings = read_all(*open_log(folder.path() / "out.xtf"));
  ASSERT_EQ(pings.size(), 2U);
  const Ping& p = pings[0].pair.ping;
  EXPECT_EQ(p.time_utc_ns, kUnknownTime);
  EXPECT_FALSE(p.has_position());
  EXPECT_TRUE(std::isnan(p.heading_deg) && std::isnan(p.speed_mps) && std::isnan(p.altitude_m) &&
              std::isnan(p.roll_deg));
  EXPECT_TRUE(pings[0].port.empty());
  EXPECT_THAT(pings[0].starboard, ElementsAre(7, 8));
  EXPECT_EQ(pings[0].pair.geometry[1].counts_per_unit, 256);
  EXPECT_EQ(pings[1].pair.ping.heading_deg, 0);
}

TEST(XtfWriter, AFullDiskIsAnErrorThatNamesTheFile) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_THAT(
      [] {
        XtfWriter writer("/dev/full", "");
        for (std::uint64_t i = 0; i < 3; ++i)
          writer.write(some_ping(i), std::vector<std::uint16_t>(4), std::vector<std::uint16_t>(3));
        writer.close();
      },
      testing::ThrowsMessage<std::runtime_error>(HasSubstr("/dev/full")));
}

}  // namespace
}  // namespace towfish
