#include "pipeline/shm/doorbell.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <new>

#include "tests/shm/child.hpp"
#include "tests/shm/test_frame.hpp"
#include "tests/shm/test_lane.hpp"

namespace towfish::shm {
namespace {

using namespace std::chrono_literals;

struct Table {
  alignas(64) Doorbell left;
  alignas(64) Doorbell right;
  alignas(64) std::atomic<std::uint64_t> ball;
  alignas(64) std::atomic<bool> announced;
};

class DoorbellTest : public testing::Test {
 protected:
  Watchdog watchdog_{100};
  SharedMemory memory_{sizeof(Table)};
  Table& table_ = *new (memory_.bytes().data()) Table{};
};

void spin_for(std::chrono::nanoseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
  }
}

TEST_F(DoorbellTest, DoesNotWaitForWhatIsThere) {
  EXPECT_TRUE(table_.left.wait([] { return true; }, 1h));
}

TEST_F(DoorbellTest, GivesUpAfterTheTimeout) {
  EXPECT_FALSE(table_.left.wait([] { return false; }, 0ns));
  EXPECT_FALSE(table_.left.wait([] { return false; }, -1s));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(table_.left.wait([] { return false; }, 2ms));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms);
}

TEST_F(DoorbellTest, FindsAfterTheTimeoutWhatWasDoneByOneWhoDiedBeforeRinging) {
  int looks = 0;
  const auto ready = [&] {
    if (++looks > 1000) table_.ball = 1;  // Long after the spinning.
    return table_.ball == 1 && looks > 1000;
  };
  while (looks < 1000 && !table_.left.wait(ready, 1ns)) {
  }
  EXPECT_TRUE(table_.left.wait(ready, 1ns));
}

// Each waits up to an hour for the other, and the change comes about when the other falls asleep: a single
// lost wake-up hangs the test. Ringing for nothing beforehand keeps the doorbell in the ringer's cache, so
// that a load of it that does not wait for the change to be visible has its chance.
TEST_F(DoorbellTest, LosesNoWakeUpBetweenProcessesHoweverTheyMeet) {
#ifdef TOWFISH_SANITIZED
  constexpr std::uint64_t kTurns = 5'000;
#else
  constexpr std::uint64_t kTurns = 40'000;
#endif
  const auto play = [this](Doorbell& own, Doorbell& others, std::uint64_t parity) {
    for (std::uint64_t turn = parity; turn < kTurns; turn += 2) {
      while (!own.wait([&] { return table_.ball.load(std::memory_order_acquire) >= turn; }, 1h)) {
      }
      const auto end =
          std::chrono::steady_clock::now() + std::chrono::nanoseconds(TestFrame::mix(turn) % 12'000);
      while (std::chrono::steady_clock::now() < end) others.ring();
      table_.ball.store(turn + 1, std::memory_order_release);
      others.ring();
    }
    return 0;
  };
  Child right([&] { return play(table_.right, table_.left, 1); });
  play(table_.left, table_.right, 0);
  EXPECT_EQ(right.wait(), 0);
  EXPECT_EQ(table_.ball.load(), kTurns);
}

TEST_F(DoorbellTest, AWaiterThatIsKilledHangsNobodyAndItsSuccessorIsWoken) {
  for (int i = 0; i < 20; ++i) {
    table_.ball = 0;
    table_.announced = false;
    {
      Child dies([this] {
        table_.announced = true;
        return table_.left.wait([this] { return table_.ball == 2; }, 1h) ? 0 : 1;
      });
      while (!table_.announced) {
      }
      spin_for(std::chrono::microseconds(i));
    }
    table_.ball = 1;
    table_.left.ring();
    Child successor([this] {
      while (!table_.left.wait([this] { return table_.ball == 2; }, 1h)) {
      }
      return 0;
    });
    table_.ball = 2;
    table_.left.ring();
    EXPECT_EQ(successor.wait(), 0);
  }
}

}  // namespace
}  // namespace towfish::shm
