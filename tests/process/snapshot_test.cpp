#include "pipeline/process/snapshot.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "pipeline/process/snapshot_report.hpp"
#include "tests/process/test_session.hpp"

namespace towfish::process {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kSecond_ns = 1'000'000'000;

/// A session whose figures are set by hand, looked at by a monitor of its own read-only mapping.
class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() : watched_(shm::Session::open(session_->name(), true)), monitor_(watched_) {}

  Snapshot at(std::int64_t seconds) {
    return monitor_.take(session_->block().created_ns + seconds * kSecond_ns);
  }
  void emitted(std::uint64_t pairs, std::uint64_t pings) {
    shm::SourceProgress source;
    source.settled_pairs = pairs;
    source.next_ping = source.port_pings = source.starboard_pings = pings;
    session_->block().source.store(source);
  }
  void fused(std::uint64_t pairs) {
    shm::FusionProgress fusion;
    fusion.fused_pairs = fusion.next_sequence = pairs;
    session_->block().fusion.store(fusion);
  }
  void took(Side side, std::int64_t ns) {
    latency::StageTimes times{};
    times[latency::index(latency::Stage::total)] = ns;
    session_->block().latency.record(side, 0, 0, times, session_->block().deadline_ns);
  }

  TestSession session_;
  shm::Session watched_;
  Monitor monitor_;
};

TEST_F(SnapshotTest, RatesAreOverTheTimeSinceTheLastLook) {
  emitted(10, 160);
  fused(8);
  const Snapshot first = at(4);
  EXPECT_DOUBLE_EQ(first.pings_per_s, 40);
  EXPECT_DOUBLE_EQ(first.frames_per_s, 2);
  EXPECT_EQ(first.frames.lost(), 2U);
  emitted(20, 320);
  fused(20);
  const Snapshot second = at(6);
  EXPECT_DOUBLE_EQ(second.pings_per_s, 80);
  EXPECT_DOUBLE_EQ(second.frames_per_s, 6);
  EXPECT_DOUBLE_EQ(second.interval_s, 2);
}

TEST_F(SnapshotTest, RecentLatencyForgetsWhatTheLastLookSaw) {
  constexpr std::size_t kTotal = latency::index(latency::Stage::total);
  took(Side::port, 80'000'000);
  EXPECT_EQ(at(1).recent[kTotal].over_deadline, 1U);
  for (int i = 0; i < 10; ++i) took(Side::starboard, 1'000'000);
  const Snapshot snapshot = at(2);
  EXPECT_EQ(snapshot.latency[kTotal].count, 11U);
  EXPECT_EQ(snapshot.latency[kTotal].max_ns, 80'000'000U);
  EXPECT_EQ(snapshot.latency[kTotal].over_deadline, 1U);
  EXPECT_EQ(snapshot.recent[kTotal].count, 10U);
  EXPECT_EQ(snapshot.recent[kTotal].over_deadline, 0U);
  EXPECT_NEAR(static_cast<double>(snapshot.recent[kTotal].max_ns), 1e6, 2e4);
  EXPECT_EQ(at(3).recent[kTotal].count, 0U);
}

TEST_F(SnapshotTest, TellsHowFullTheRingsAre) {
  shm::RingWriter writer(session_->frames(Side::starboard),
                         session_->row(shm::Role::starboard_detector).doorbell);
  for (int i = 0; i < 3; ++i) writer.publish();
  shm::RingReader reader(session_->frames(Side::starboard), session_->row(shm::Role::source).doorbell);
  static_cast<void>(reader.take());
  reader.release(0);
  const Snapshot snapshot = at(1);
  EXPECT_EQ(snapshot.frame_rings[1].waiting, 2U);
  EXPECT_EQ(snapshot.frame_rings[1].kept, 1U);
  EXPECT_EQ(snapshot.frame_rings[1].slots, 8U);
  EXPECT_EQ(snapshot.frame_rings[0].waiting, 0U);
}

TEST_F(SnapshotTest, ARoleThatWasStartedAgainAndIsAliveIsShownSo) {
  shm::Session other = shm::Session::open(session_->name());
  other.enter(shm::Role::fusion);
  other.row(shm::Role::fusion).starts.store(3);
  other.row(shm::Role::fusion).heartbeat_ns.store(session_->block().created_ns + kSecond_ns);
  other.row(shm::Role::fusion).busy_ns.store(static_cast<std::uint64_t>(kSecond_ns));
  const RoleSnapshot role = at(4).roles[index(shm::Role::fusion)];
  EXPECT_TRUE(role.alive);
  EXPECT_EQ(role.restarts, 2U);
  EXPECT_DOUBLE_EQ(role.heartbeat_age_s, 3);
  EXPECT_DOUBLE_EQ(role.busy, 0.25);
  EXPECT_FALSE(at(5).roles[index(shm::Role::source)].alive);
}

TEST_F(SnapshotTest, TheThreeFormsShowTheSameFigures) {
  emitted(7, 112);
  fused(5);
  took(Side::port, 2'000'000);
  const Fault fault{.kind = "odd \"kind\"", .count = 4, .first_at = 0};
  shm::publish_faults(session_->row(shm::Role::source), std::span(&fault, 1));
  const Snapshot snapshot = at(1);
  const nlohmann::json object = json(snapshot);
  EXPECT_EQ(object["frames"]["emitted"], 7);
  EXPECT_EQ(object["frames"]["in_flight"], 2);
  EXPECT_EQ(object["latency_us"]["total"]["count"], 1);
  EXPECT_EQ(object["faults"]["odd \"kind\""], 4);
  EXPECT_THAT(text(snapshot), HasSubstr("frames 7 = fused 5 + refused 0 + quarantined 0 + in flight 2"));
  EXPECT_THAT(prometheus(snapshot), HasSubstr("towfish_frame_pairs_total{result=\"fused\"} 5\n"));
  EXPECT_THAT(prometheus(snapshot), HasSubstr("towfish_faults_total{kind=\"odd \\\"kind\\\"\"} 4\n"));
}

}  // namespace
}  // namespace towfish::process
