#include <gmock/gmock.h>

#include <vector>

#include "pipeline/process/source_role.hpp"
#include "tests/process/test_session.hpp"
#include "tests/source/counted_source.hpp"

namespace towfish::process {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A replay of `pings` pings in frames of four, with a detector that remembers eight, taken as it comes.
class Steering : public testing::Test {
 protected:
  using Frame = std::pair<std::uint64_t, std::uint64_t>;  // sequence, first ping

  /// Steps until the source ends, waits, or `frames` have come.
  std::vector<Frame> run(std::size_t frames = 1000) {
    std::vector<Frame> taken;
    while (taken.size() < frames) {
      const Step step = role_.step();
      for (const Side side : kSides) {
        auto& reader = readers_[index(side)];
        while (const auto view = reader.take()) {
          const auto frame = shm::FrameSlot::read(view->payload, session_->block().frame_pings);
          if (side == Side::port) taken.emplace_back(frame->header.sequence, frame->pings.front().number);
          for (std::size_t row = 0; row < frame->pings.size(); ++row) {
            EXPECT_EQ(frame->trace(row)[0], CountedSource::sample(frame->pings[row].number, side, 0));
          }
          reader.release();
        }
      }
      if (step != Step::worked) break;
    }
    return taken;
  }
  void seek(std::uint64_t ping) {
    control().seek_ping.store(ping);
    control().seeks.fetch_add(1);
  }
  shm::SourceControl& control() { return session_->block().control; }
  shm::SourceProgress progress() { return session_->block().source.load(); }

  TestSession session_;
  CountedSource pings_{40, 16};
  SourceRole role_{*session_,
                   pings_,
                   {.speed = source::Pacer::kUnpaced,
                    .when_full = FullPolicy::wait,
                    .steered = true,
                    .detector_memory_pings = 8}};
  std::array<shm::RingReader, 2> readers_{
      shm::RingReader(session_->frames(Side::port), session_->row(shm::Role::source).doorbell),
      shm::RingReader(session_->frames(Side::starboard), session_->row(shm::Role::source).doorbell)};
};

TEST_F(Steering, HeldItWaitsAndEachStepGivesOneFrame) {
  EXPECT_THAT(run(2), ElementsAre(Frame(0, 0), Frame(1, 4)));
  control().paused.store(1);
  run();
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_FALSE(role_.ready());
  control().steps.fetch_add(1);
  EXPECT_TRUE(role_.ready());
  const auto stepped = run();
  ASSERT_EQ(stepped.size(), 1u);
  EXPECT_THAT(run(), IsEmpty());
  control().paused.store(0);
  run();
  EXPECT_EQ(progress().settled_pairs, 10u);
}

TEST_F(Steering, AheadItLeavesPingsOut) {
  run(1);
  seek(30);
  EXPECT_THAT(run(), ElementsAre(Frame(1, 30), Frame(2, 34), Frame(3, 38)));
  EXPECT_EQ(progress().settled_pairs, 4u);
  EXPECT_EQ(progress().ended, 1u);
}

TEST_F(Steering, BehindItEmitsTheSameFramesAgainUnderTheirOldSequencesAndThenGoesOn) {
  run(5);
  seek(6);
  EXPECT_THAT(run(), ElementsAre(Frame(1, 4), Frame(2, 8), Frame(3, 12), Frame(4, 16), Frame(5, 20),
                                 Frame(6, 24), Frame(7, 28), Frame(8, 32), Frame(9, 36)));
  EXPECT_EQ(progress().settled_pairs, 10u);
  EXPECT_EQ(progress().port_pings, 40u);
}

TEST_F(Steering, JustBehindItBeginsAsFarBackAsADetectorRemembers) {
  run(5);
  seek(19);
  EXPECT_THAT(run(3), ElementsAre(Frame(3, 12), Frame(4, 16), Frame(5, 20)));
}

TEST_F(Steering, AheadFromThePastItPassesWhatADetectorRemembersFirst) {
  run(6);
  seek(0);
  EXPECT_THAT(run(1), ElementsAre(Frame(0, 0)));
  seek(36);
  EXPECT_THAT(run(), ElementsAre(Frame(4, 16), Frame(5, 20), Frame(6, 36)));
}

TEST_F(Steering, ToldToStopInThePastItStillEndsWhereItWas) {
  run(6);
  seek(0);
  run(1);
  session_->row(shm::Role::source).stop.store(1);
  EXPECT_THAT(run(), ElementsAre(Frame(4, 16), Frame(5, 20)));
  EXPECT_EQ(progress().ended, 1u);
  EXPECT_EQ(progress().settled_pairs, 6u);
}

TEST_F(Steering, WhereASourceOfLivePingsIsNothingIsObeyed) {
  TestSession live;
  CountedSource pings(8, 16);
  SourceRole role(*live, pings, {.speed = source::Pacer::kUnpaced, .when_full = FullPolicy::refuse});
  live->block().control.paused.store(1);
  Step step = Step::worked;
  while (step == Step::worked) step = role.step();
  EXPECT_EQ(step, Step::ended);
}

}  // namespace
}  // namespace towfish::process
