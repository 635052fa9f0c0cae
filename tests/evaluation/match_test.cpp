#include <gmock/gmock.h>

#include "pipeline/evaluation/trial.hpp"
#include "pipeline/sonar/geometry.hpp"

namespace towfish::evaluation {
namespace {

Trial trial_with(std::initializer_list<std::pair<std::uint64_t, std::uint32_t>> places) {
  Trial trial;
  trial.pings = 1000;
  trial.spacing_m = 0.1;
  trial.km2 = 0.01;
  for (auto& geometry : trial.geometry) {
    geometry.samples = 600;
    geometry.sample_spacing_m = 0.1F;
  }
  float llr = 4;
  for (const auto& [ping, sample] : places) {
    Detection detection;
    detection.ping = ping;
    detection.sample = sample;
    detection.llr = llr;
    llr -= 1;
    trial.detections.push_back(detection);
  }
  return trial;
}

TruthLook look_at(std::uint64_t ping, std::uint32_t sample) {
  TruthLook look;
  look.shape = "sphere";
  look.ping = ping;
  look.sample = sample;
  look.length_m = look.width_m = 0.6F;
  return look;
}

TEST(Match, TwoNeighboursWithinTheMarginNeedTwoDetections) {
  Scoreboard one;
  score(trial_with({{105, 300}}), {look_at(100, 300), look_at(112, 300)}, {}, false, 16, one);
  EXPECT_EQ(one.at(0).found, 1U);
  EXPECT_EQ(one.at(0).false_alarms, 0U);
  Scoreboard two;
  score(trial_with({{105, 300}, {102, 300}}), {look_at(100, 300), look_at(112, 300)}, {}, false, 16, two);
  EXPECT_EQ(two.at(0).found, 2U);
}

TEST(Match, OneCentimetreBeyondTheMarginIsAFalseAlarm) {
  // 0.3 m of the target and 2 m of margin are 23 pings.
  for (const auto& [ping, found] : {std::pair{123U, 1U}, {124U, 0U}}) {
    Scoreboard board;
    score(trial_with({{ping, 300}}), {look_at(100, 300)}, {}, false, 16, board);
    EXPECT_EQ(board.at(0).found, found);
    EXPECT_EQ(board.at(0).false_alarms, 1 - found);
  }
}

TEST(Match, FurtherDetectionsOfATargetAndThoseOfNombosCountNeitherWay) {
  TruthLook rock = look_at(500, 300);
  rock.contact_class = ContactClass::nombo;
  Scoreboard board;
  score(trial_with({{100, 300}, {101, 302}, {500, 300}}), {look_at(100, 300), rock}, {}, false, 16, board);
  EXPECT_THAT(board.verdicts(), testing::ElementsAre(Verdict::hit, Verdict::again, Verdict::ignored));
  EXPECT_EQ(board.at(0).false_per_km2, 0);
}

TEST(Match, AnObjectSeenInATurnIsNoFalseAlarm) {
  // Abeam at ping 100; at ping 700 the vehicle looks at it from the other end of a turn, 20 m to the north of
  // it.
  Trial trial = trial_with({{100, 300}, {700, 200}});
  TruthLook look = look_at(100, 300);
  look.latitude_deg = 50;
  look.longitude_deg = -4;
  Detection& late = trial.detections[1];
  const Position north = destination({50, -4}, 0, 20);
  late.at.latitude_deg = north.latitude_deg;
  late.at.longitude_deg = north.longitude_deg;
  late.at.heading_deg = 90;
  late.side = Side::starboard;
  for (const auto& [ground_range_m, verdict] :
       {std::pair{21.0F, Verdict::ignored}, {26.0F, Verdict::false_alarm}}) {
    late.ground_range_m = ground_range_m;
    Scoreboard board;
    score(trial, {look}, {}, false, 16, board);
    EXPECT_THAT(board.verdicts(), testing::ElementsAre(Verdict::hit, verdict));
  }
}

TEST(Match, TargetsAndFalseAlarmsAreTaggedByRangeAndBottom) {
  Scoreboard board;
  score(trial_with({{100, 300}, {700, 100}}), {look_at(100, 550)}, {}, false, 16, board,
        [](double, double) { return "mud"; });
  EXPECT_THAT(board.tags(0), testing::Contains(std::pair<std::string, std::string>("range", "far third")));
  EXPECT_THAT(board.tags(0), testing::Contains(std::pair<std::string, std::string>("bottom", "mud")));
  EXPECT_THAT(board.detections()[1].tags,
              testing::Contains(std::pair<std::string, std::string>("range", "near third")));
}

}  // namespace
}  // namespace towfish::evaluation
