#include "pipeline/shm/ring.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <vector>

#include "tests/shm/test_frame.hpp"
#include "tests/shm/test_lane.hpp"

namespace towfish::shm {
namespace {

constexpr std::uint64_t kSlotBytes = 256;

bool publish(RingWriter& writer) {
  if (writer.full()) return false;
  TestFrame::write(writer.loan(), writer.published());
  writer.publish();
  return true;
}

/// Numbers of all frames that can be taken; a torn one ends the list with 999.
std::vector<std::uint64_t> drain(RingReader& reader) {
  std::vector<std::uint64_t> taken;
  while (const auto view = reader.take()) {
    taken.push_back(TestFrame::is_whole(view->payload, view->index) ? view->index : 999);
    reader.release();
  }
  return taken;
}

TEST(Ring, GivesNothingWhenEmpty) {
  TestLane lane(4, kSlotBytes);
  RingReader reader = lane.reader();
  EXPECT_TRUE(reader.empty());
  EXPECT_FALSE(reader.take().has_value());
  EXPECT_FALSE(reader.damaged());
}

TEST(Ring, IsFullWithOneSlotLeftToFillAndKeepsTheUnreadFrames) {
  TestLane lane(4, kSlotBytes);
  RingWriter writer = lane.writer();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(publish(writer));
  EXPECT_FALSE(publish(writer));
  TestFrame::write(writer.loan(), 77);  // There is always a place to write to, and it is nobody else's.
  RingReader reader = lane.reader();
  EXPECT_EQ(lane.ring().waiting(), 3U);
  EXPECT_THAT(drain(reader), testing::ElementsAre(0, 1, 2));
  EXPECT_TRUE(publish(writer));
  EXPECT_THAT(drain(reader), testing::ElementsAre(3));
}

TEST(Ring, PassesEveryFrameInOrderThroughManyWraps) {
  for (const std::uint64_t slots : {2U, 3U, 7U}) {
    TestLane lane(slots, kSlotBytes);
    RingWriter writer = lane.writer();
    RingReader reader = lane.reader();
    std::vector<std::uint64_t> taken;
    std::vector<std::uint64_t> wanted;
    for (std::uint64_t i = 0; i < 500; ++i) {
      for (std::uint64_t burst = 0; burst <= TestFrame::mix(i) % slots; ++burst) publish(writer);
      for (const std::uint64_t sequence : drain(reader)) taken.push_back(sequence);
    }
    for (std::uint64_t i = 0; i < writer.published(); ++i) wanted.push_back(i);
    EXPECT_GT(wanted.size(), 499U);
    EXPECT_EQ(taken, wanted) << slots << " slots";
  }
}

TEST(Ring, AnAbandonedLoanIsNeverSeenAndItsSlotIsFilledAnew) {
  TestLane lane(3, kSlotBytes);
  std::byte* place = nullptr;
  {
    RingWriter dies = lane.writer();
    place = dies.loan().data();
    TestFrame::write(dies.loan(), 1234);
  }
  RingReader reader = lane.reader();
  EXPECT_TRUE(reader.empty());
  RingWriter successor = lane.writer();
  EXPECT_EQ(successor.loan().data(), place);
  EXPECT_TRUE(publish(successor));
  EXPECT_THAT(drain(reader), testing::ElementsAre(0));
}

TEST(Ring, APayloadStartsOnACacheLineOfItsOwn) {
  TestLane lane(3, 100);
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(lane.ring().payload(i).data()) % 64, 0U);
    EXPECT_EQ(lane.ring().payload(i).size(), 100U);
  }
  EXPECT_EQ(lane.ring().payload(2).data() + 128, lane.memory().data() + Ring::bytes(3, 100));
}

TEST(RingReader, ASuccessorTakesTheFrameAgainThatItsPredecessorDiedOverAndAttemptsAreCounted) {
  TestLane lane(3, kSlotBytes);
  RingWriter writer = lane.writer();
  publish(writer);
  for (std::uint64_t attempt = 1; attempt <= 3; ++attempt) {
    RingReader dies = lane.reader();
    const auto view = dies.take();
    ASSERT_TRUE(view.has_value());
    EXPECT_EQ(view->index, 0U);
    EXPECT_EQ(view->attempts, attempt);
    EXPECT_EQ(dies.attempts(0), attempt);
  }
  RingReader lives = lane.reader();
  EXPECT_THAT(drain(lives), testing::ElementsAre(0));
  for (int i = 0; i < 3; ++i) {  // Into the same slot again: it counts from the beginning.
    publish(writer);
    EXPECT_EQ(lives.take()->attempts, 1U);
    lives.release();
  }
}

TEST(RingReader, TakingTwiceBeforeReleaseIsOneAttempt) {
  TestLane lane(3, kSlotBytes);
  RingWriter writer = lane.writer();
  publish(writer);
  RingReader reader = lane.reader();
  EXPECT_EQ(reader.take()->attempts, 1U);
  EXPECT_EQ(reader.take()->attempts, 1U);
  EXPECT_EQ(reader.take()->index, 0U);
}

TEST(RingReader, KeepsSlotsForASuccessorAndTheProducerLeavesThemAlone) {
  TestLane lane(6, kSlotBytes);
  RingWriter writer = lane.writer();
  {
    RingReader dies = lane.reader();
    for (std::uint64_t i = 0; i < 20; ++i) {
      ASSERT_TRUE(publish(writer)) << i;
      ASSERT_TRUE(dies.take().has_value());
      dies.release(i < 3 ? 0 : i - 2);
    }
    while (publish(writer)) {
    }
  }
  RingReader successor = lane.reader();
  EXPECT_EQ(successor.kept_from(), 17U);
  EXPECT_EQ(successor.next(), 20U);
  for (std::uint64_t i = successor.kept_from(); i < successor.next(); ++i) {
    EXPECT_TRUE(TestFrame::is_whole(successor.kept(i), i)) << i;
    EXPECT_EQ(successor.attempts(i), 1U);
  }
  EXPECT_THAT(drain(successor), testing::ElementsAre(20, 21));
  EXPECT_EQ(successor.kept_from(), 22U);
}

TEST(RingReader, KeepsAtMostSoManySlotsThatTheProducerCanGoOn) {
  for (const std::uint64_t slots : {2U, 3U, 5U}) {
    TestLane lane(slots, kSlotBytes);
    RingWriter writer = lane.writer();
    RingReader reader = lane.reader();
    for (std::uint64_t i = 0; i < 20; ++i) {
      ASSERT_TRUE(publish(writer)) << slots << " slots, frame " << i;
      ASSERT_TRUE(reader.take().has_value());
      reader.release(0);
      EXPECT_EQ(reader.next() - reader.kept_from(), std::min(i + 1, slots - 2));
    }
  }
}

TEST(RingReader, FinishesAReleaseInWhichItsPredecessorDied) {
  for (const std::uint64_t slots : {2U, 5U}) {
    TestLane lane(slots, kSlotBytes);
    RingWriter writer = lane.writer();
    while (publish(writer)) {
    }
    {
      RingReader dies = lane.reader();
      for (std::uint64_t i = 0; i + 1 < slots; ++i) {
        ASSERT_TRUE(dies.take().has_value());
        dies.release(0);
      }
    }
    lane.ring().indices().freed.store(0);  // All are read, and the last store of release() never came.
    EXPECT_FALSE(publish(writer));
    RingReader successor = lane.reader();
    EXPECT_TRUE(publish(writer)) << "both would wait for ever, " << slots << " slots";
    EXPECT_THAT(drain(successor), testing::ElementsAre(slots - 1));
  }
}

TEST(RingWriter, ASuccessorGoesOnBehindTheLastPublishedFrameAndCanReadIt) {
  TestLane lane(4, kSlotBytes);
  EXPECT_TRUE(lane.writer().last().empty());
  {
    RingWriter dies = lane.writer();
    publish(dies);
    publish(dies);
    TestFrame::write(dies.loan(), 2);
  }
  RingWriter successor = lane.writer();
  EXPECT_EQ(successor.published(), 2U);
  EXPECT_TRUE(TestFrame::is_whole(successor.last(), 1));
  publish(successor);
  RingReader reader = lane.reader();
  EXPECT_THAT(drain(reader), testing::ElementsAre(0, 1, 2));
}

struct Damage {
  const char* what;
  std::function<void(RingIndices&)> apply;  ///< To a ring of 4 slots with written 10, read 9, freed 8.
  bool stops_new_reader;
  bool stops_new_writer;
};

class RingDamage : public testing::TestWithParam<Damage> {};

TEST_P(RingDamage, StopsWhoeverMeetsItAndLeadsNobodyOutsideTheRing) {
  TestLane lane(4, kSlotBytes);
  auto& indices = lane.ring().indices();
  indices.written = 10;
  indices.read = 9;
  indices.freed = 8;
  RingReader reader = lane.reader();
  RingWriter writer = lane.writer();
  ASSERT_FALSE(writer.full());
  ASSERT_FALSE(reader.empty());
  GetParam().apply(indices);

  RingReader new_reader = lane.reader();
  EXPECT_EQ(!new_reader.take().has_value(), GetParam().stops_new_reader);
  EXPECT_EQ(new_reader.damaged(), GetParam().stops_new_reader);
  EXPECT_LE(new_reader.next() - new_reader.kept_from(), 4U);
  RingWriter new_writer = lane.writer();
  EXPECT_EQ(new_writer.full(), GetParam().stops_new_writer);
  EXPECT_EQ(new_writer.damaged(), GetParam().stops_new_writer);
}

INSTANTIATE_TEST_SUITE_P(
    Indices, RingDamage,
    testing::Values(Damage{"written behind read", [](RingIndices& i) { i.written = 8; }, true, false},
                    Damage{"written too far ahead", [](RingIndices& i) { i.written = 12; }, true, true},
                    Damage{"written enormous", [](RingIndices& i) { i.written = ~0ULL; }, true, true},
                    Damage{"written zero", [](RingIndices& i) { i.written = 0; }, true, true},
                    Damage{"freed ahead of all", [](RingIndices& i) { i.freed = 11; }, true, true},
                    Damage{"freed enormous", [](RingIndices& i) { i.freed = ~0ULL; }, true, true},
                    Damage{"freed far behind", [](RingIndices& i) { i.freed = 0; }, true, true},
                    Damage{"read far ahead", [](RingIndices& i) { i.read = 1000; }, true, false},
                    Damage{"no damage", [](RingIndices&) {}, false, false}),
    [](const auto& damage) {
      std::string label = damage.param.what;
      std::replace(label.begin(), label.end(), ' ', '_');
      return label;
    });

TEST(RingReader, StopsWhenTheProducersIndexBecomesImpossible) {
  TestLane lane(4, kSlotBytes);
  RingWriter writer = lane.writer();
  RingReader reader = lane.reader();
  publish(writer);
  EXPECT_THAT(drain(reader), testing::ElementsAre(0));
  lane.ring().indices().written = 1'000'000;
  EXPECT_FALSE(reader.take().has_value());
  EXPECT_TRUE(reader.damaged());
  lane.ring().indices().written = 2;
  EXPECT_FALSE(reader.take().has_value()) << "once damaged, never trusted again";
}

TEST(RingWriter, StopsWhenTheConsumersIndexGoesBack) {
  TestLane lane(3, kSlotBytes);
  RingWriter writer = lane.writer();
  RingReader reader = lane.reader();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(publish(writer));
    drain(reader);
  }
  lane.ring().indices().freed = 0;
  while (publish(writer) && writer.published() < 100) {
  }
  EXPECT_LT(writer.published(), 8U);
  EXPECT_TRUE(writer.damaged());
}

TEST(Ring, AttachRefusesSizesThatDoNotFit) {
  TestLane lane(4, kSlotBytes);
  auto& indices = lane.ring().indices();
  EXPECT_TRUE(Ring::attach(lane.memory()).has_value());
  EXPECT_FALSE(Ring::attach(lane.memory().first(lane.memory().size() - 1)).has_value());
  EXPECT_FALSE(Ring::attach(lane.memory().first(100)).has_value());
  for (const std::uint64_t slots :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{5}, ~std::uint64_t{0}}) {
    indices.slots = slots;
    EXPECT_FALSE(Ring::attach(lane.memory()).has_value()) << slots << " slots";
  }
  indices.slots = 4;
  for (const std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{1} << 62U, ~std::uint64_t{0}}) {
    indices.slot_bytes = bytes;
    EXPECT_FALSE(Ring::attach(lane.memory()).has_value()) << bytes << " bytes a slot";
  }
}

}  // namespace
}  // namespace towfish::shm
