#include "detectors/scoring.hpp"

#include <gmock/gmock.h>

namespace towfish {
namespace {

TEST(Scoring, WilsonIntervalAgreesWithPublishedValues) {
  // 8 of 10, 95 %: 0.490 to 0.943 (Brown, Cai, DasGupta 2001, the score interval).
  const Interval interval = wilson(8, 10);
  EXPECT_NEAR(interval.low, 0.490, 0.001);
  EXPECT_NEAR(interval.high, 0.943, 0.001);
  EXPECT_EQ(wilson(0, 0).high, 1.0);
}

TEST(Scoring, ATargetHitTwiceIsFoundOnceAndTheSecondHitIsNoFalseAlarm) {
  Scoreboard board;
  const std::size_t target = board.add_target("cylinder");
  board.add_target("sphere");
  board.add_searched(10, 0.5);
  board.add_detection({0.9, {target}, false});
  board.add_detection({0.8, {target}, false});
  board.add_detection({0.7, {}, false});
  board.add_detection({0.6, {}, true});
  const RocPoint all = board.at(0.0);
  EXPECT_EQ(all.pd, 0.5);
  EXPECT_EQ(all.false_alarms, 1U);
  EXPECT_EQ(all.false_per_frame, 0.1);
  EXPECT_EQ(all.false_per_km2, 2.0);
  EXPECT_EQ(board.at(0.75).false_alarms, 0U);
}

TEST(Scoring, TheCurveRisesInBothAsConfidenceFallsAndTiesAreOnePoint) {
  Scoreboard board;
  const std::size_t target = board.add_target("");
  board.add_searched(1, 1);
  board.add_detection({0.5, {}, false});
  board.add_detection({0.5, {target}, false});
  board.add_detection({0.9, {}, false});
  const auto roc = board.roc();
  ASSERT_EQ(roc.size(), 2U);
  EXPECT_EQ(roc[0].pd, 0.0);
  EXPECT_EQ(roc[1].pd, 1.0);
  EXPECT_EQ(roc[1].false_alarms, 2U);
  EXPECT_EQ(board.at_false_per_frame(1.0).pd, 0.0);
  EXPECT_EQ(board.at_false_per_frame(2.0).pd, 1.0);
}

}  // namespace
}  // namespace towfish
