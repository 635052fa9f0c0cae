#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "pipeline/shm/ring.hpp"
#include "tests/shm/child.hpp"
#include "tests/shm/test_frame.hpp"
#include "tests/shm/test_lane.hpp"

namespace towfish::shm {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kKept = 2;

/// What the consumers have noted down, as fusion notes its progress before it releases; survives them all.
struct Ledger {
  std::atomic<std::uint64_t> committed{0};  ///< Frames 0 .. committed - 1 are done.
  std::atomic<std::uint64_t> again{0};      ///< Frames that were committed by one that died before release.
  std::atomic<std::uint64_t> faults{0};
  std::atomic<std::uint64_t> last_fault{0};

  void fault(std::uint64_t number) {
    last_fault = number;
    ++faults;
  }
};

int produce(const TestLane& lane) {
  RingWriter writer = lane.writer();
  if (const auto last = writer.last(); !last.empty() && !TestFrame::is_whole(last, writer.published() - 1))
    return 1;
  for (;;) {
    TestFrame::write(writer.loan(), writer.published());
    while (writer.full()) {
      lane.producer_bell().wait([&] { return !writer.full(); }, 100s);
      if (writer.damaged()) return 2;
    }
    writer.publish();
  }
}

int consume(const TestLane& lane, Ledger& ledger) {
  RingReader reader = lane.reader();
  for (std::uint64_t i = reader.kept_from(); i < reader.next(); ++i) {
    if (!TestFrame::is_whole(reader.kept(i), i)) ledger.fault(1);
  }
  for (;;) {
    const auto view = reader.take();
    if (!view) {
      lane.consumer_bell().wait([&] { return !reader.empty(); }, 100s);
      if (reader.damaged()) ledger.fault(2);
      continue;
    }
    if (!TestFrame::is_whole(view->payload, view->index)) ledger.fault(3);
    const std::uint64_t committed = ledger.committed;
    if (view->index + 1 == committed && view->attempts > 1) {
      ++ledger.again;
    } else if (view->index != committed) {
      ledger.fault(4);
    } else {
      ledger.committed = view->index + 1;
    }
    reader.release(view->index + 1 - std::min(kKept, view->index + 1));
  }
}

std::uint64_t seed() {
  const char* given = std::getenv("TOWFISH_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

/// Until so many more frames are done. The watchdog judges who is stuck.
void await(const Ledger& ledger, std::uint64_t frames) {
  for (const std::uint64_t end = ledger.committed + frames; ledger.committed < end;)
    std::this_thread::yield();
}

TEST(RingKill, EitherSideKilledTwoHundredTimesCostsNoFrame) {
  Watchdog watchdog(200);
  const std::uint64_t chosen = seed();
  std::cout << "TOWFISH_SEED=" << chosen << "\n";
  std::mt19937_64 random(chosen);
  for (const std::uint64_t slots : {4U, 8U}) {
    TestLane lane(slots, 512);
    SharedMemory notes(sizeof(Ledger));
    Ledger& ledger = *new (notes.bytes().data()) Ledger{};
    const auto start_producer = [&] { return std::make_unique<Child>([&] { return produce(lane); }); };
    const auto start_consumer = [&] {
      return std::make_unique<Child>([&] { return consume(lane, ledger); });
    };
    auto producer = start_producer();
    auto consumer = start_consumer();
    for (int kills = 0; kills < 100; ++kills) {
      await(ledger, random() % 500);
      const std::uint64_t victims = random() % 5;
      if (victims < 3) producer->kill();
      if (victims >= 2) consumer->kill();
      if (victims < 3) producer = start_producer();
      if (victims >= 2) consumer = start_consumer();
      await(ledger, 3);
    }
    std::cout << fmt::format("{} slots: {} frames, {} read again\n", slots, ledger.committed.load(),
                             ledger.again.load());
    EXPECT_EQ(ledger.faults, 0U) << "of kind " << ledger.last_fault;
    EXPECT_GT(ledger.committed, 1000U);
    producer->kill();
    consumer->kill();
    RingReader rest = lane.reader();
    EXPECT_FALSE(rest.damaged());
    while (const auto view = rest.take()) {
      EXPECT_TRUE(TestFrame::is_whole(view->payload, view->index));
      EXPECT_GE(view->index + 1, ledger.committed);
      rest.release();
    }
    EXPECT_EQ(rest.next(), lane.writer().published());
  }
}

}  // namespace
}  // namespace towfish::shm
