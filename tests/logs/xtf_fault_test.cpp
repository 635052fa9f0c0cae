#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>

#include "pipeline/sonar/error.hpp"
#include "tests/logs/xtf_file.hpp"

namespace towfish {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using xtf_bytes::file_header;
using xtf_bytes::ping;
using xtf_bytes::trace;

class XtfFaults : public XtfFile {};

TEST_F(XtfFaults, GarbageBetweenPacketsIsCountedAndNothingElseLost) {
  auto bytes = file_header(kPair).append(pair_ping());
  const std::size_t broken = bytes.size();
  bytes.append(ByteBuilder(100).text(10, "\xCE\xFA not a packet")).append(pair_ping()).append(pair_ping());
  EXPECT_EQ(read(bytes).size(), 3U);
  ASSERT_EQ(log_->faults().size(), 1U);
  EXPECT_EQ(log_->faults()[0].kind, "garbage_between_packets");
  EXPECT_EQ(log_->faults()[0].first_at, broken);
}

TEST_F(XtfFaults, TruncationAnywhereKeepsTheWholePingsBefore) {
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

TEST_F(XtfFaults, ALyingPacketLengthCostsThatPacketOnly) {
  for (const std::uint32_t lie : {0U, 13U, 100U, 300U, 1000U, 0x0FFFFFFFU, 0xFFFFFFFFU}) {
    auto bytes = file_header(kPair).append(pair_ping()).append(pair_ping().little(10, lie));
    bytes.append(pair_ping()).append(pair_ping());
    EXPECT_GE(read(bytes).size(), 3U) << lie;
    EXPECT_EQ(log_->faults().size(), 1U) << lie;
  }
}

TEST_F(XtfFaults, LyingSampleAndChannelCountsKeepTheChannelsThatFit) {
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

TEST_F(XtfFaults, AbsurdValuesBecomeUnknownAndAreCounted) {
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
  EXPECT_FLOAT_EQ(pings[1].pair.geometry[0].range_m(), pings[0].pair.geometry[0].range_m());
}

TEST_F(XtfFaults, FilesThatHoldNothingToReadAreRefusedInOneLine) {
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

TEST_F(XtfFaults, ThingsThatAreNoFilesAreRefused) {
  EXPECT_THAT([] { (void)open_log("/nowhere.xtf"); }, ThrowsMessage<InputError>(HasSubstr("No such file")));
  EXPECT_THAT([&] { (void)open_log(folder_.path()); }, ThrowsMessage<InputError>(HasSubstr("folder")));
  const auto pipe = folder_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT([&] { (void)open_log(pipe); }, ThrowsMessage<InputError>(HasSubstr("regular file")));
}

TEST_F(XtfFaults, AFileThatShrinksWhileItIsReadIsAFaultAndNoCrash) {
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

}  // namespace
}  // namespace towfish
