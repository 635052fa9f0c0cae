#include "pipeline/shm/patience.hpp"

#include <gtest/gtest.h>

namespace towfish::shm {
namespace {

using namespace std::chrono_literals;
using Time = Patience::Clock::time_point;

constexpr Time kStart{100s};

/// A waiter for whom things came at these moments, each after a long wait.
Patience after(std::initializer_list<std::chrono::nanoseconds> moments) {
  Patience patience;
  for (const auto moment : moments) patience.came(kStart + moment - 1ms, kStart + moment);
  return patience;
}

TEST(Patience, SpinsLongerAfterAShortWaitAndNotAfterALongOne) {
  Patience patience;
  EXPECT_EQ(patience.awake_for(), Patience::kLeast);
  patience.came(kStart, kStart + Patience::kMost - 1ns);
  EXPECT_EQ(patience.awake_for(), Patience::kMost);
  patience.came(kStart + 1s, kStart + 1s + Patience::kMost);
  EXPECT_EQ(patience.awake_for(), Patience::kLeast);
}

TEST(Patience, DoesNotSpinLongerAfterWhatItWasAwakeFor) {
  Patience patience = after({0ms, 500ms, 1000ms});
  patience.came(kStart + 1500ms - 50us, kStart + 1500ms);
  EXPECT_EQ(patience.awake_for(), Patience::kLeast);
}

TEST(Patience, SleepsUntilJustBeforeWhatComesRegularly) {
  const Patience patience = after({0ms, 500ms, 1000ms});
  EXPECT_EQ(patience.sleep(kStart + 1001ms, 10s), 499ms - Patience::kAhead);
  EXPECT_EQ(patience.sleep(kStart + 1001ms, 100ms), 100ms);
  EXPECT_FALSE(patience.stays_awake(kStart + 1500ms - Patience::kAhead - 1ns));
  EXPECT_TRUE(patience.stays_awake(kStart + 1500ms - Patience::kAhead));
}

TEST(Patience, GivesUpWhatDoesNotCome) {
  const Patience patience = after({0ms, 500ms, 1000ms});
  EXPECT_TRUE(patience.stays_awake(kStart + 1500ms + Patience::kAhead - 1ns));
  EXPECT_FALSE(patience.stays_awake(kStart + 1500ms + Patience::kAhead));
  EXPECT_EQ(patience.sleep(kStart + 1501ms, 10s), 10s);
}

TEST(Patience, OneThatIsLateLeavesTheNextExpectedWhenItWas) {
  const Patience patience = after({0ms, 500ms, 1000ms, 1502ms});
  EXPECT_EQ(patience.awake_until(), kStart + 2000ms + Patience::kAhead);
  const Patience again = after({0ms, 500ms, 1000ms, 1502ms, 2000ms});
  EXPECT_EQ(again.awake_until(), kStart + 2500ms + Patience::kAhead);
}

TEST(Patience, TwoThatAreLateAreAnotherRhythm) {
  EXPECT_FALSE(after({0ms, 500ms, 1000ms, 1502ms, 2002ms}).stays_awake(kStart + 2500ms));
  const Patience moved = after({0ms, 500ms, 1000ms, 1502ms, 2002ms, 2502ms, 3002ms});
  EXPECT_EQ(moved.awake_until(), kStart + 3502ms + Patience::kAhead);
}

TEST(Patience, ExpectsNothingAtFirst) {
  for (const Patience& patience : {Patience(), after({0ms}), after({0ms, 500ms})}) {
    EXPECT_EQ(patience.sleep(kStart + 501ms, 10s), 10s);
    EXPECT_FALSE(patience.stays_awake(kStart + 1000ms));
  }
}

TEST(Patience, ExpectsNothingWhereIntervalsDiffer) {
  const Patience patience = after({0ms, 500ms, 1000ms + Patience::kAhead});
  EXPECT_EQ(patience.sleep(kStart + 1001ms, 10s), 10s);
  EXPECT_FALSE(patience.stays_awake(kStart + 1500ms + Patience::kAhead));
}

TEST(Patience, ExpectsNothingThatComesSoOftenThatItWouldRarelySleep) {
  const auto often = Patience::kLeastInterval - 1ns;
  EXPECT_FALSE(after({0ns, often, 2 * often}).stays_awake(kStart + 3 * often));
  const auto seldom = Patience::kLeastInterval;
  EXPECT_TRUE(after({0ns, seldom, 2 * seldom}).stays_awake(kStart + 3 * seldom));
}

}  // namespace
}  // namespace towfish::shm
