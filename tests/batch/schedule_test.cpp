#include "pipeline/batch/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace towfish::batch {
namespace {

using Place = Schedule::Place;

TEST(Schedule, AWorkerGoesOnBehindItsLastStretch) {
  Schedule schedule;
  schedule.add(0, 0, 3, {.rank = 2, .weight = 10});
  schedule.add(1, 0, 3, {.rank = 1, .weight = 10});
  EXPECT_EQ(schedule.next(0), (Place{1, 0}));
  EXPECT_EQ(schedule.next(0), (Place{1, 1}));
  EXPECT_EQ(schedule.next(0), (Place{1, 2}));
  EXPECT_EQ(schedule.next(0), (Place{0, 0}));
}

/// The logs of one stretch each in the order in which so many workers by turns begin them.
std::vector<std::size_t> order_of(const std::vector<Schedule::Kind>& logs, std::size_t workers) {
  Schedule schedule;
  for (std::size_t log = 0; log < logs.size(); ++log) schedule.add(log, 0, 1, logs[log]);
  std::vector<std::size_t> order;
  while (const auto place = schedule.next(order.size() % workers)) order.push_back(place->log);
  return order;
}

TEST(Schedule, LogsComeByRankThenByNumber) {
  EXPECT_THAT(
      order_of({{.rank = 30}, {.rank = 10, .weight = 9}, {.rank = Schedule::kUrgent}, {.rank = 10}}, 1),
      testing::ElementsAre(2, 1, 3, 0));
}

TEST(Schedule, OfSeveralWorkersTheLastFewComeByWeight) {
  std::vector<Schedule::Kind> logs;
  for (std::uint64_t i = 0; i < 11; ++i)
    logs.push_back({.rank = static_cast<std::int64_t>(i), .weight = 1 + i});
  logs.push_back({.rank = Schedule::kUrgent, .weight = 0});
  EXPECT_THAT(order_of(logs, 2), testing::ElementsAre(11, 0, 1, 2, 10, 9, 8, 7, 6, 5, 4, 3))
      << "four a worker are few, a longer queue comes by rank";
  EXPECT_THAT(order_of({{.rank = 1, .weight = 5}, {.rank = Schedule::kUrgent}, {.rank = 2, .weight = 9}}, 2),
              testing::ElementsAre(1, 2, 0));
}

TEST(Schedule, ASecondWorkerBeginsTheNextLogNotTheMiddleOfTheFirst) {
  Schedule schedule;
  schedule.add(0, 0, 9, {.rank = 1, .weight = 100});
  schedule.add(1, 0, 2, {.rank = 2, .weight = 1});
  EXPECT_EQ(schedule.next(0), (Place{0, 0}));
  EXPECT_EQ(schedule.next(1), (Place{1, 0}));
}

TEST(Schedule, WhereEveryRestIsFollowedTheHeaviestIsSplit) {
  Schedule schedule;
  schedule.add(0, 0, 3, {.rank = 1, .weight = 1});
  schedule.add(1, 0, 7, {.rank = 2, .weight = 1});
  EXPECT_EQ(schedule.next(0), (Place{0, 0}));
  EXPECT_EQ(schedule.next(1), (Place{1, 0}));
  EXPECT_EQ(schedule.next(2), (Place{1, 4}));
}

TEST(Schedule, ASecondWorkerBeginsInTheMiddleOfTheRestAndBothMeetNothingTwice) {
  Schedule schedule;
  schedule.add(0, 0, 9, {.rank = 0, .weight = 1});
  EXPECT_EQ(schedule.next(0), (Place{0, 0}));
  EXPECT_EQ(schedule.next(1), (Place{0, 5}));
  std::vector<std::size_t> taken{0, 5};
  for (std::size_t turn = 0; const auto place = schedule.next(turn % 2); ++turn)
    taken.push_back(place->index);
  EXPECT_THAT(taken, testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_TRUE(schedule.empty());
}

TEST(Schedule, WhoeverBeginsBehindOthersTakesLessByWhatTheBeginningCosts) {
  Schedule schedule;
  schedule.add(0, 0, 21, {.beginning = 4});
  EXPECT_EQ(schedule.next(0), (Place{0, 0}));
  EXPECT_EQ(schedule.next(1), (Place{0, 13}));  // 4 + 8 stretches, where the first has 1/2 + 12.
}

TEST(Schedule, ARestThatIsDoneSoonerByItsOwnWorkerIsLeftToIt) {
  Schedule schedule;
  schedule.add(0, 0, 4, {.beginning = 3});
  EXPECT_EQ(schedule.next(0), (Place{0, 0}));
  EXPECT_EQ(schedule.next(1), std::nullopt);
  EXPECT_FALSE(schedule.empty());
  EXPECT_EQ(schedule.next(0), (Place{0, 1}));
  schedule.stop(0);
  EXPECT_EQ(schedule.next(1), (Place{0, 2}));
}

TEST(Schedule, ManyWorkersOnManyLogsTakeEverythingOnce) {
  Schedule schedule;
  std::size_t count = 0;
  for (std::size_t log = 0; log < 20; ++log) {
    schedule.add(log, 0, 1 + log * log % 13,
                 {.rank = static_cast<std::int64_t>(log * 7 % 5), .weight = log + 1});
    count += 1 + log * log % 13;
  }
  std::set<Place> taken;
  for (std::size_t turn = 0; const auto place = schedule.next(turn * 31 % 7); ++turn) {
    EXPECT_TRUE(taken.insert(*place).second);
  }
  EXPECT_EQ(taken.size(), count);
}

TEST(Schedule, WhatADeadWorkerHadCanBeAddedAgain) {
  Schedule schedule;
  schedule.add(0, 0, 2, {.rank = 0, .weight = 1});
  EXPECT_EQ(schedule.next(0), (Place{0, 0}));
  schedule.stop(0);
  schedule.add(0, 0, 1, {.rank = 0, .weight = 1});
  EXPECT_EQ(schedule.next(1), (Place{0, 0}));
  EXPECT_EQ(schedule.next(1), (Place{0, 1}));
  EXPECT_EQ(schedule.next(1), std::nullopt);
}

TEST(Schedule, ADroppedLogIsGoneAndTheOthersStay) {
  Schedule schedule;
  schedule.add(0, 0, 5, {.rank = 0, .weight = 1});
  schedule.add(1, 0, 2, {.rank = 0, .weight = 1});
  EXPECT_EQ(schedule.next(0), (Place{0, 0}));
  schedule.drop(0);
  EXPECT_EQ(schedule.next(0), (Place{1, 0}));
  EXPECT_EQ(schedule.next(1), (Place{1, 1}));
  EXPECT_EQ(schedule.next(2), std::nullopt);
}

}  // namespace
}  // namespace towfish::batch
