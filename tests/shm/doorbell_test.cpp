#include "pipeline/shm/doorbell.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

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
  alignas(64) std::atomic<std::uint64_t> ball;
  alignas(64) std::atomic<std::uint64_t> called;
  alignas(64) std::atomic<std::uint64_t> here;
  alignas(64) std::atomic<bool> announced;
};

class DoorbellTest : public testing::Test {
 protected:
  Watchdog watchdog_{60};
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

TEST_F(DoorbellTest, SpinsThroughAWaitThatIsShorterThanTimersAreLate) {
  std::uint64_t looks = 0;
  const auto voluntary_switches = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
  };
  const auto before = voluntary_switches();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(table_.left.wait(
      [&] {
        ++looks;
        return false;
      },
      Doorbell::kWorthSleeping - 1ns));
  EXPECT_GE(std::chrono::steady_clock::now() - start, Doorbell::kWorthSleeping - 1ns);
  EXPECT_GT(looks, 20U);
  EXPECT_EQ(voluntary_switches(), before);
}

TEST_F(DoorbellTest, LearnsFromWhatCame) {
  Patience patience;
  EXPECT_TRUE(table_.left.wait([] { return true; }, 1h, patience));
  EXPECT_EQ(patience.awake_for(), Patience::kMost);
  EXPECT_FALSE(table_.left.wait([] { return false; }, 2ms, patience));
  EXPECT_EQ(patience.awake_for(), Patience::kMost);
}

TEST_F(DoorbellTest, IsAwakeWhenWhatComesRegularlyIsDue) {
  const auto never = [] { return false; };
  Patience patience;
  do {  // Again when this machine wakes us too late.
    const auto due = Patience::Clock::now() + 5ms;
    for (int i = 3; i > 0; --i) patience.came(due - i * 10ms - 1ms, due - i * 10ms);
    EXPECT_FALSE(table_.left.wait(never, 1h, patience));
    EXPECT_GE(Patience::Clock::now(), due - Patience::kAhead);
  } while (!patience.stays_awake(Patience::Clock::now()));
  EXPECT_FALSE(table_.left.wait(never, 1h, patience));
  EXPECT_GE(Patience::Clock::now(), patience.awake_until());
}

// The change comes about when the other falls asleep, who would sleep for an hour: one lost wake-up hangs the
// test. Ringing for nothing beforehand keeps the doorbell in the ringer's cache, so that a look at it that
// does not wait until the change is visible has its chance.
TEST_F(DoorbellTest, LosesNoWakeUpHoweverTheTwoProcessesMeet) {
  const auto meet = [](std::atomic<std::uint64_t>& other, std::uint64_t round) {
    for (int looks = 0; other.load(std::memory_order_acquire) < round; ++looks) {
      if (looks > 1000) sched_yield();  // The other may need this core to get here.
    }
  };
  constexpr std::uint64_t kLast = 1U << 20U;
  Child sleeper([&] {
    for (std::uint64_t round = 1; round < kLast; ++round) {
      meet(table_.called, round);
      table_.here.store(round, std::memory_order_release);
      while (!table_.left.wait([&] { return table_.ball.load(std::memory_order_acquire) >= round; }, 1h)) {
      }
      if (table_.ball.load() == kLast) return 0;
    }
    return 1;
  });
  const auto stop = std::chrono::steady_clock::now() + 1500ms;
  std::uint64_t round = 1;
  for (; round < kLast - 1 && std::chrono::steady_clock::now() < stop; ++round) {
    table_.called.store(round, std::memory_order_release);
    meet(table_.here, round);
    const auto act =
        std::chrono::steady_clock::now() + 4us + std::chrono::nanoseconds(TestFrame::mix(round) % 3000);
    while (std::chrono::steady_clock::now() < act) table_.left.ring();
    table_.ball.store(round, std::memory_order_release);
    table_.left.ring();
  }
  table_.called.store(kLast, std::memory_order_release);
  table_.ball.store(kLast, std::memory_order_release);
  table_.left.ring();
  EXPECT_EQ(sleeper.wait(), 0);
  EXPECT_GT(round, 10U);
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
