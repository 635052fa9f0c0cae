#include "pipeline/process/source_role.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <vector>

#include "tests/process/test_session.hpp"
#include "tests/source/counted_source.hpp"

namespace towfish::process {
namespace {

using testing::ElementsAre;

constexpr SourceRoleSettings kReplay{.speed = source::Pacer::kUnpaced, .when_full = FullPolicy::wait};
constexpr SourceRoleSettings kLive{.speed = source::Pacer::kUnpaced, .when_full = FullPolicy::refuse};

Step run_until_idle(SourceRole& role) {
  Step step = Step::worked;
  while (step == Step::worked) step = role.step();
  return step;
}

/// Takes all frames of a side; checks every sample.
struct Taken {
  std::vector<std::uint64_t> sequences;
  std::vector<std::uint64_t> pings;
  std::vector<std::uint32_t> rows;
};

Taken take_all(shm::Session& session, Side side) {
  Taken taken;
  shm::RingReader reader(session.frames(side), session.row(shm::Role::source).doorbell);
  while (const auto view = reader.take()) {
    const auto frame = shm::FrameSlot::read(view->payload, session.block().frame_pings);
    EXPECT_TRUE(frame.has_value());
    taken.sequences.push_back(frame->header.sequence);
    taken.rows.push_back(frame->header.pings);
    for (std::size_t row = 0; row < frame->pings.size(); ++row) {
      taken.pings.push_back(frame->pings[row].number);
      const auto trace = frame->trace(row);
      for (std::size_t i = 0; i < trace.size(); ++i) {
        EXPECT_EQ(trace[i], CountedSource::sample(frame->pings[row].number, side, i));
      }
    }
    reader.release();
  }
  return taken;
}

std::vector<std::uint64_t> count_to(std::uint64_t end) {
  std::vector<std::uint64_t> numbers(end);
  for (std::uint64_t i = 0; i < end; ++i) numbers[i] = i;
  return numbers;
}

TEST(SourceRole, CutsPingsIntoPairsWithTheRestInAShortFrame) {
  TestSession session;
  CountedSource pings(10, 16);
  SourceRole role(*session, pings, kReplay);
  EXPECT_EQ(run_until_idle(role), Step::ended);
  for (const Side side : kSides) {
    const Taken taken = take_all(*session, side);
    EXPECT_EQ(taken.pings, count_to(10));
    EXPECT_THAT(taken.rows, ElementsAre(4, 4, 2));
    EXPECT_THAT(taken.sequences, ElementsAre(0, 1, 2));
  }
  EXPECT_EQ(session->block().source.load().settled_pairs, 3U);
  EXPECT_EQ(session->block().source.load().port_pings, 10U);
  EXPECT_EQ(session->block().source.load().ended, 1U);
}

TEST(SourceRole, ANewGeometryBeginsANewFrame) {
  TestSession session;
  CountedSource pings(10, 16);
  pings.change_geometry(6, 12);
  SourceRole role(*session, pings, kReplay);
  run_until_idle(role);
  const Taken taken = take_all(*session, Side::port);
  EXPECT_THAT(taken.rows, ElementsAre(4, 2, 4));
  EXPECT_EQ(taken.pings, count_to(10));
}

TEST(SourceRole, TracesLongerThanExpectedMakeFramesOfFewerPings) {
  TestSession session;
  CountedSource pings(10, 16);
  pings.change_geometry(4, 30);
  SourceRole role(*session, pings, kReplay);
  run_until_idle(role);
  const Taken taken = take_all(*session, Side::starboard);
  EXPECT_THAT(taken.rows, ElementsAre(4, 2, 2, 2));
  EXPECT_EQ(taken.pings, count_to(10));
}

TEST(SourceRole, ASideMissingInOnePingIsATraceOfZeros) {
  TestSession session;
  CountedSource pings(4, 16);
  pings.lose_side(2, Side::port);
  SourceRole role(*session, pings, kReplay);
  run_until_idle(role);
  shm::RingReader reader(session->frames(Side::port), session->row(shm::Role::source).doorbell);
  const auto frame = shm::FrameSlot::read(reader.take()->payload, 4);
  EXPECT_THAT(frame->trace(2), testing::Each(0));
  EXPECT_EQ(frame->trace(3)[1], CountedSource::sample(3, Side::port, 1));
  EXPECT_EQ(session->block().source.load().port_pings, 3U);
  EXPECT_EQ(session->block().source.load().starboard_pings, 4U);
}

TEST(SourceRole, ReplayWaitsForRoomAndLosesNothing) {
  TestSession session;
  CountedSource pings(300, 16);
  SourceRole role(*session, pings, kReplay);
  std::vector<std::uint64_t> port;
  while (run_until_idle(role) == Step::idle) {
    EXPECT_FALSE(role.ready());
    for (const std::uint64_t ping : take_all(*session, Side::port).pings) port.push_back(ping);
    EXPECT_FALSE(role.ready()) << "starboard is still full";
    take_all(*session, Side::starboard);
    EXPECT_TRUE(role.ready());
  }
  for (const std::uint64_t ping : take_all(*session, Side::port).pings) port.push_back(ping);
  EXPECT_EQ(port, count_to(300));
  EXPECT_EQ(session->block().source.load().refused_pairs, 0U);
}

TEST(SourceRole, LiveRefusesThePairOnBothSidesWhenOneRingIsFull) {
  TestSession session;
  CountedSource pings(40, 16);
  SourceRole role(*session, pings, kLive);
  for (int turn = 0; turn < 28; ++turn) role.step();
  take_all(*session, Side::port);  // Starboard's consumer is slow.
  EXPECT_EQ(run_until_idle(role), Step::ended);
  const auto progress = session->block().source.load();
  EXPECT_EQ(progress.settled_pairs, 10U);
  EXPECT_GT(progress.refused_pairs, 0U);
  const std::uint64_t published = session->frames(Side::port).indices().written.load();
  EXPECT_EQ(published, session->frames(Side::starboard).indices().written.load());
  EXPECT_EQ(published + progress.refused_pairs, progress.settled_pairs);
}

TEST(SourceRole, LeavesTheCoresToTheDetectorsForHalfAnIntervalAfterAPublication) {
  TestSession session(
      {.frame_slots = 8, .frame_pings = 2, .samples = 16, .report_slots = 8, .detections = 8});
  CountedSource pings(1'000'000, 16);
  SourceRole role(*session, pings, {.speed = 1, .when_full = FullPolicy::refuse});
  while (session->block().source.load().settled_pairs == 0) role.step();
  const std::int64_t due_ns = session->block().source.load().due_ns;
  const std::int64_t held_ns = role.wake_at_ns() - due_ns;
  const auto slot = session->frames(Side::port).payload(0);
  FrameHeader header;
  std::memcpy(&header, slot.data(), sizeof header);
  EXPECT_EQ(held_ns, (header.last_due_ns - header.first_due_ns) / 2);
}

TEST(SourceRole, IsAwakeBeforeThePingThatCompletesAFrame) {
  TestSession session(
      {.frame_slots = 8, .frame_pings = 2, .samples = 16, .report_slots = 8, .detections = 8});
  CountedSource pings(1'000'000, 16);
  SourceRole role(*session, pings, {.speed = 1, .when_full = FullPolicy::refuse});
  const auto due_of_row = [&](std::size_t row) {
    return shm::FrameSlot::ping(session->frames(Side::port).payload(0), row).due_ns;
  };
  while (role.step() == Step::worked) {  // The first ping is due at once.
  }
  const std::int64_t awake_ns = role.wake_at_ns();
  EXPECT_FALSE(role.ready());
  while (session->block().source.load().settled_pairs == 0) role.step();
  ASSERT_GT(due_of_row(1), due_of_row(0));
  const std::int64_t early_ns = due_of_row(1) - awake_ns;
  EXPECT_GT(early_ns, 0);
  EXPECT_LT(early_ns, shm::Doorbell::kWorthSleeping.count());
}

TEST(SourceRole, StopEndsItWithWhatWasDue) {
  TestSession session;
  CountedSource pings(1'000'000, 16);
  SourceRole role(*session, pings, {.speed = 1, .when_full = FullPolicy::refuse});
  role.step();
  session->row(shm::Role::source).stop.store(1);
  EXPECT_EQ(run_until_idle(role), Step::ended);
  EXPECT_LE(session->block().source.load().next_ping, 3U);
  EXPECT_EQ(session->block().source.load().settled_pairs, 1U);
}

TEST(SourceRole, EndsAfterTheDurationOfPingTime) {
  TestSession session;
  CountedSource pings(1000, 16);
  SourceRole role(*session, pings,
                  {.speed = source::Pacer::kUnpaced,
                   .duration_ns = 10 * CountedSource::kInterval_ns,
                   .when_full = FullPolicy::wait});
  run_until_idle(role);
  EXPECT_EQ(take_all(*session, Side::port).pings, count_to(10));
}

TEST(SourceRole, ASuccessorGoesOnWhereItsPredecessorDied) {
  for (int steps = 0; steps < 60; ++steps) {
    TestSession session;
    {
      CountedSource pings(20, 16);
      SourceRole role(*session, pings, kReplay);
      for (int i = 0; i < steps; ++i) role.step();
    }
    CountedSource pings(20, 16);
    SourceRole successor(*session, pings, kReplay);
    EXPECT_EQ(run_until_idle(successor), Step::ended) << steps;
    EXPECT_EQ(take_all(*session, Side::port).pings, count_to(20)) << steps;
    EXPECT_EQ(take_all(*session, Side::starboard).pings, count_to(20)) << steps;
    EXPECT_EQ(session->block().source.load().settled_pairs, 5U) << steps;
  }
}

TEST(SourceRole, ASuccessorPublishesOnlyTheSideThatIsMissing) {
  TestSession session;
  {
    CountedSource pings(4, 16);
    SourceRole role(*session, pings, kReplay);
    run_until_idle(role);
  }
  // As if it had died between publishing starboard and settling the pair, and before that side alone.
  session->block().source.store({});
  session->frames(Side::starboard).indices().written.store(0);
  CountedSource pings(8, 16);
  SourceRole successor(*session, pings, kReplay);
  run_until_idle(successor);
  EXPECT_EQ(take_all(*session, Side::port).pings, count_to(8));
  EXPECT_EQ(take_all(*session, Side::starboard).pings, count_to(8));
}

TEST(SourceRole, FaultsOfTheSourceStandInItsRow) {
  TestSession session;
  CountedSource pings(4, 16);
  pings.add_fault({.kind = "truncated_tail", .count = 2, .first_at = 100});
  SourceRole role(*session, pings, kReplay);
  run_until_idle(role);
  EXPECT_STREQ(session->row(shm::Role::source).faults[0].kind.data(), "truncated_tail");
  EXPECT_EQ(session->row(shm::Role::source).faults[0].count.load(), 2U);
}

}  // namespace
}  // namespace towfish::process
