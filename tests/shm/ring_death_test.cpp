#include <gtest/gtest.h>

#include "pipeline/shm/ring.hpp"
#include "tests/shm/stepped_child.hpp"
#include "tests/shm/test_frame.hpp"
#include "tests/shm/test_lane.hpp"

namespace towfish::shm {
namespace {

constexpr std::uint64_t kSlotBytes = 64;

/// Both ends as successors find them: everything published is read, whole and in order, and then frames go
/// through again. Returns the number of the first frame that was read.
std::uint64_t go_on(const TestLane& lane, std::uint64_t keep) {
  RingWriter writer = lane.writer();
  RingReader reader = lane.reader();
  EXPECT_FALSE(writer.damaged() || reader.damaged());
  for (std::uint64_t i = reader.kept_from(); i < reader.next(); ++i) {
    EXPECT_TRUE(TestFrame::is_whole(reader.kept(i), i)) << "kept frame " << i;
  }
  const std::uint64_t first = reader.next();
  const std::uint64_t end = writer.published() + 2 * lane.ring().slots();
  while (reader.next() < end) {
    while (!writer.full() && writer.published() < end) {
      TestFrame::write(writer.loan(), writer.published());
      writer.publish();
    }
    const auto view = reader.take();
    if (!view) {
      ADD_FAILURE() << "stuck: " << writer.published() << " published, " << reader.next() << " read";
      break;
    }
    EXPECT_EQ(view->index, reader.next());
    EXPECT_TRUE(TestFrame::is_whole(view->payload, view->index)) << "frame " << view->index;
    reader.release(view->index + 1 - std::min(keep, view->index + 1));
  }
  return first;
}

class RingDeath : public testing::TestWithParam<std::uint64_t> {
 protected:
  Watchdog watchdog_{100};
};

TEST_P(RingDeath, OfTheProducerAtAnyInstructionShowsAWholeFrameOrNone) {
  TestLane lane(GetParam(), kSlotBytes);
  std::uint64_t before = 0;
  std::uint64_t shown = 0;
  const auto deaths = kill_at_every_instruction(
      [&] {
        RingWriter writer = lane.writer();
        if (writer.full()) return;
        TestFrame::write(writer.loan(), writer.published());
        writer.publish();
      },
      [&] {
        const std::uint64_t published = lane.writer().published();
        ASSERT_TRUE(published == before || published == before + 1);
        shown += published - before;
        EXPECT_EQ(go_on(lane, GetParam() - 2), before);
        before = lane.writer().published();
        ASSERT_FALSE(HasFailure());
      });
  if (!deaths) GTEST_SKIP() << kNoStepping;
  EXPECT_GT(*deaths, 50U);
  EXPECT_GT(shown, 0U);
  EXPECT_LT(shown, *deaths);
}

TEST_P(RingDeath, OfTheConsumerAtAnyInstructionLosesNothingAndLeavesNobodyStuck) {
  TestLane lane(GetParam(), kSlotBytes);
  const std::uint64_t keep = GetParam() - 2;
  std::uint64_t again = 0;
  std::uint64_t expected = 0;
  const auto fill = [&] {
    RingWriter writer = lane.writer();
    while (!writer.full()) {
      TestFrame::write(writer.loan(), writer.published());
      writer.publish();
    }
    expected = lane.reader().next();
    while (lane.ring().waiting() > 1) {  // Leave one to read: its release is what frees the producer.
      RingReader reader = lane.reader();
      const auto view = reader.take();
      reader.release(view->index + 1 - std::min(keep, view->index + 1));
      ++expected;
    }
  };
  fill();
  const auto deaths = kill_at_every_instruction(
      [&] {
        RingReader reader = lane.reader();
        const auto view = reader.take();
        if (view) reader.release(view->index + 1 - std::min(keep, view->index + 1));
      },
      [&] {
        const std::uint64_t first = go_on(lane, keep);
        EXPECT_TRUE(first == expected || first == expected + 1) << first << ", wanted " << expected;
        again += first == expected ? 1 : 0;
        fill();
        ASSERT_FALSE(HasFailure());
      });
  if (!deaths) GTEST_SKIP() << kNoStepping;
  EXPECT_GT(*deaths, 30U);
  EXPECT_GT(again, 0U);
  EXPECT_LT(again, *deaths);
}

INSTANTIATE_TEST_SUITE_P(Slots, RingDeath, testing::Values(2, 3, 5));

}  // namespace
}  // namespace towfish::shm
