#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <thread>

#include "pipeline/shm/ring.hpp"
#include "tests/shm/child.hpp"
#include "tests/shm/test_frame.hpp"
#include "tests/shm/test_lane.hpp"

namespace towfish::shm {
namespace {

using namespace std::chrono_literals;

/// TOWFISH_RING_FRAMES, or fewer so that the suite stays quick.
std::uint64_t frames_to_pass() {
#ifdef TOWFISH_SANITIZED
  std::uint64_t frames = 20'000;
#else
  std::uint64_t frames = 200'000;
#endif
  if (const char* wanted = std::getenv("TOWFISH_RING_FRAMES")) {
    const std::string_view text(wanted);
    std::from_chars(text.data(), text.data() + text.size(), frames);
  }
  return frames;
}

/// By turns of a few hundred frames nobody is slow, the writer is, or the reader is.
bool is_slow(std::uint64_t sequence, std::uint64_t whose) {
  return TestFrame::mix(sequence / 512) % 3 == whose && sequence % 4 == 0;
}

void work() {
  for (std::uint64_t i = 0, x = 1; i < 500; ++i) {
    x = TestFrame::mix(x);
    asm volatile("" : : "r"(x));
  }
}

/// Counts of what both ends met; in memory that both share.
struct Met {
  std::uint64_t full = 0;
  std::uint64_t wrong = 0;
  std::uint64_t empty = 0;
  std::uint64_t attempts = 0;
};

int write_all(const TestLane& lane, std::uint64_t frames, Met& met) {
  RingWriter writer = lane.writer();
  while (writer.published() < frames) {
    if (is_slow(writer.published(), 1)) work();
    TestFrame::write(writer.loan(), writer.published());
    if (writer.full()) {
      ++met.full;
      while (writer.full()) lane.producer_bell().wait([&] { return !writer.full(); }, 100s);
    }
    writer.publish();
  }
  return 0;
}

int read_all(const TestLane& lane, std::uint64_t frames, Met& met) {
  RingReader reader = lane.reader();
  while (reader.next() < frames) {
    const auto view = reader.take();
    if (!view) {
      ++met.empty;
      lane.consumer_bell().wait([&] { return !reader.empty(); }, 100s);
      continue;
    }
    if (is_slow(view->index, 2)) work();
    met.wrong += TestFrame::is_whole(view->payload, reader.next()) ? 0 : 1;
    met.attempts += view->attempts;
    const std::uint64_t kept = TestFrame::mix(view->index / 64) % 3;
    reader.release(view->index + 1 - std::min(kept, view->index + 1));
  }
  return reader.empty() ? 0 : 1;
}

void expect_clean(const Met& met, std::uint64_t frames) {
  EXPECT_EQ(met.wrong, 0U) << "frames lost, repeated or torn";
  EXPECT_EQ(met.attempts, frames);
  EXPECT_GT(met.full, 0U) << "the reader was never slow";
  EXPECT_GT(met.empty, 0U) << "the writer was never slow";
}

TEST(RingStress, TwoProcessesLoseRepeatAndTearNothing) {
  Watchdog watchdog(230);
  const std::uint64_t frames = frames_to_pass();
  TestLane lane(8, 2048);
  SharedMemory counts(sizeof(Met));
  Met& met = *new (counts.bytes().data()) Met{};
  const auto start = std::chrono::steady_clock::now();
  Child writer([&] { return write_all(lane, frames, met); });
  EXPECT_EQ(read_all(lane, frames, met), 0);
  EXPECT_EQ(writer.wait(), 0);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::cout << fmt::format("{} frames in {:.1f} s; {} times full, {} times empty\n", frames, took.count(),
                           met.full, met.empty);
  expect_clean(met, frames);
}

// The thread sanitizer sees nothing across processes: here both ends share one mapping.
TEST(RingStress, TwoThreadsOnOneMappingLoseRepeatAndTearNothing) {
  Watchdog watchdog(230);
  const std::uint64_t frames = frames_to_pass() / 4;
  TestLane lane(8, 2048);
  Met writers;
  Met readers;
  std::thread writer([&] { write_all(lane, frames, writers); });
  EXPECT_EQ(read_all(lane, frames, readers), 0);
  writer.join();
  readers.full = writers.full;
  expect_clean(readers, frames);
}

}  // namespace
}  // namespace towfish::shm
