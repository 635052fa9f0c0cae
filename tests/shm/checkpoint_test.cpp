#include "pipeline/shm/checkpoint.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "tests/shm/stepped_child.hpp"
#include "tests/shm/test_lane.hpp"

namespace towfish::shm {
namespace {

struct Progress {
  std::array<std::uint64_t, 9> words;

  static Progress all(std::uint64_t value) {
    Progress progress{};
    progress.words.fill(value);
    return progress;
  }
  bool operator==(const Progress&) const = default;
};

TEST(Checkpoint, IsAllZerosAtFirstAndThenWhatWasStoredLast) {
  const auto checkpoint = std::make_unique<Checkpoint<Progress>>();
  EXPECT_EQ(checkpoint->load(), Progress::all(0));
  for (std::uint64_t value = 1; value < 10; ++value) {
    checkpoint->store(Progress::all(value));
    EXPECT_EQ(checkpoint->load(), Progress::all(value));
  }
}

TEST(Checkpoint, IsNeverReadTornWhileItChanges) {
  const auto checkpoint = std::make_unique<Checkpoint<Progress>>();
  constexpr std::uint64_t kStores = 100'000;
  std::thread writer([&] {
    for (std::uint64_t value = 1; value <= kStores; ++value) checkpoint->store(Progress::all(value));
  });
  std::uint64_t before = 0;
  while (before < kStores) {
    const Progress seen = checkpoint->load();
    ASSERT_EQ(seen, Progress::all(seen.words[0]));
    ASSERT_GE(seen.words[0], before);
    before = seen.words[0];
  }
  writer.join();
}

TEST(Checkpoint, IsTheOldOrTheNewValueWhereverItsWriterIsKilled) {
  SharedMemory memory(sizeof(Checkpoint<Progress>));
  auto& checkpoint = *new (memory.bytes().data()) Checkpoint<Progress>{};
  std::uint64_t stored = 0;
  std::uint64_t olds = 0;
  const auto killed_at = kill_at_every_instruction([&] { checkpoint.store(Progress::all(stored + 1)); },
                                                   [&] {
                                                     const Progress found = checkpoint.load();
                                                     ASSERT_EQ(found, Progress::all(found.words[0]));
                                                     ASSERT_GE(found.words[0], stored);
                                                     ASSERT_LE(found.words[0], stored + 1);
                                                     olds += found.words[0] == stored ? 1 : 0;
                                                     stored = found.words[0];
                                                   });
  if (!killed_at) GTEST_SKIP() << kNoStepping;
  EXPECT_GT(olds, 9U);
  EXPECT_GT(stored, 0U);
}

}  // namespace
}  // namespace towfish::shm
