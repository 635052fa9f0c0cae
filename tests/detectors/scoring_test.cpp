#include "detectors/scoring.hpp"

#include <gmock/gmock.h>

namespace towfish {
namespace {

ScoredDetection detection(double confidence, std::vector<std::size_t> targets, bool ignored = false) {
  ScoredDetection one;
  one.confidence = confidence;
  one.targets = std::move(targets);
  one.ignored = ignored;
  return one;
}

TEST(Scoring, WilsonIntervalAgreesWithPublishedValues) {
  // 8 of 10, 95 %: 0.490 to 0.943 (Brown, Cai, DasGupta 2001, the score interval).
  const Interval interval = wilson(8, 10);
  EXPECT_NEAR(interval.low, 0.490, 0.001);
  EXPECT_NEAR(interval.high, 0.943, 0.001);
  EXPECT_EQ(wilson(0, 0).high, 1.0);
}

TEST(Scoring, ATargetHitTwiceIsFoundOnceAndTheSecondHitIsNoFalseAlarm) {
  Scoreboard board;
  const std::size_t target = board.add_target({{"shape", "cylinder"}});
  board.add_target({{"shape", "sphere"}});
  board.add_searched(10, 0.5);
  board.add_detection(detection(0.9, {target}, false));
  board.add_detection(detection(0.8, {target}, false));
  board.add_detection(detection(0.7, {}, false));
  board.add_detection(detection(0.6, {}, true));
  const RocPoint all = board.at(0.0);
  EXPECT_EQ(all.pd, 0.5);
  EXPECT_EQ(all.false_alarms, 1U);
  EXPECT_EQ(all.false_per_frame, 0.1);
  EXPECT_EQ(all.false_per_km2, 2.0);
  EXPECT_EQ(board.at(0.75).false_alarms, 0U);
}

TEST(Scoring, WithoutAnAreaItDoesNotSayHowManyFalseAlarmsASquareKilometreHas) {
  Scoreboard board;
  board.add_searched(10, 0);
  board.add_detection(detection(0.9, {}, false));
  EXPECT_TRUE(std::isnan(board.at(0.0).false_per_km2));
  EXPECT_EQ(board.at(0.0).false_per_frame, 0.1);
}

TEST(Scoring, TheCurveRisesInBothAsConfidenceFallsAndTiesAreOnePoint) {
  Scoreboard board;
  const std::size_t target = board.add_target({});
  board.add_searched(1, 1);
  board.add_detection(detection(0.5, {}, false));
  board.add_detection(detection(0.5, {target}, false));
  board.add_detection(detection(0.9, {}, false));
  const auto roc = board.roc();
  ASSERT_EQ(roc.size(), 2U);
  EXPECT_EQ(roc[0].pd, 0.0);
  EXPECT_EQ(roc[1].pd, 1.0);
  EXPECT_EQ(roc[1].false_alarms, 2U);
  EXPECT_EQ(board.at_false_per_frame(1.0).pd, 0.0);
  EXPECT_EQ(board.at_false_per_frame(2.0).pd, 1.0);
}

TEST(Scoring, NeighboursAreNotFoundByOneDetectionNorOneByTwo) {
  Scoreboard board;
  const std::size_t left = board.add_target({});
  const std::size_t right = board.add_target({});
  board.add_detection(detection(0.9, {left, right}));
  EXPECT_EQ(board.at(0).found, 1U);
  board.add_detection(detection(0.8, {left}));  // the first gives way: both are found
  EXPECT_EQ(board.at(0.85).found, 1U);
  EXPECT_EQ(board.at(0).found, 2U);
  board.add_detection(detection(0.7, {left, right}));
  EXPECT_EQ(board.at(0).found, 2U);
  EXPECT_EQ(board.at(0).false_alarms, 0U);
  EXPECT_THAT(board.verdicts(), testing::ElementsAre(Verdict::hit, Verdict::hit, Verdict::again));
}

TEST(Scoring, WhereLabelsMayCarryAnObjectTwiceADetectionFindsAllItHits) {
  Scoreboard board(Matching::every_target);
  const std::size_t one = board.add_target({});
  const std::size_t same = board.add_target({});
  board.add_detection(detection(0.9, {one, same}));
  EXPECT_EQ(board.at(0).found, 2U);
}

}  // namespace
}  // namespace towfish
