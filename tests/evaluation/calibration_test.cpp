#include "pipeline/evaluation/calibration.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <sstream>

#include "pipeline/evaluation/logistic.hpp"
#include "pipeline/evaluation/reliability.hpp"
#include "pipeline/evaluation/trial.hpp"
#include "pipeline/settings/settings.hpp"
#include "pipeline/sonar/error.hpp"
#include "sim/sidescan.hpp"

namespace towfish::evaluation {
namespace {

TEST(Logistic, FindsTheCoefficientsThatMadeTheData) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<Observation> observations;
  for (int i = 0; i < 6000; ++i) {
    Observation one{{normal(random), normal(random)}, 0.5 * normal(random), 1, false};
    const double odds = -1 + 2 * one.inputs[0] - 0.7 * one.inputs[1] + one.known;
    one.positive = uniform(random) < 1 / (1 + std::exp(-odds));
    observations.push_back(one);
  }
  const LogisticModel free = fit_logistic(observations, false);
  EXPECT_NEAR(free.intercept, -1, 0.12);
  EXPECT_NEAR(free.coefficients[0], 2, 0.15);
  EXPECT_NEAR(free.coefficients[1], -0.7, 0.12);
  EXPECT_EQ(fit_logistic(observations, true).coefficients[1], 0);
}

/// Candidates with two algorithms' scores. `common` of what they are off by is the same for both; `llr` is
/// the sum that they were given.
Scoreboard candidates(double common, std::uint32_t seed, std::size_t count = 4000, float llr = 0) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Scoreboard board;
  board.add_searched(1, 1);
  for (std::size_t i = 0; i < count; ++i) {
    ScoredDetection one;
    one.llr = llr;
    const bool object = i % 5 == 0;
    if (object) one.targets = {board.add_target({})};
    const double shared = normal(random);
    for (std::size_t k = 0; k < 2; ++k) {
      const double off = std::sqrt(common) * shared + std::sqrt(1 - common) * normal(random);
      // for_calibration() settings: ln(score / even).
      one.llr_by_algorithm[k] = static_cast<float>(0.3 * ((object ? 2.0 : 0.0) + off));
    }
    board.add_detection(one);
  }
  return board;
}

DetectorSettings two_algorithms() {
  DetectorSettings settings;
  settings.offset = 0;
  settings.algorithms = {{"cfar", {1, 1, 0}}, {"matched_filter", {1, 1, 0}}};
  return settings;
}

TEST(Calibration, WhatTwoAlgorithmsHaveInCommonIsCountedOnce) {
  const auto same = calibrate(candidates(1, 5), two_algorithms());
  const auto apart = calibrate(candidates(0, 5), two_algorithms());
  const auto sum = [](const CalibrationReport& report) {
    return report.settings.algorithms[0].calibration.weight +
           report.settings.algorithms[1].calibration.weight;
  };
  EXPECT_NEAR(sum(same), 1, 0.1);
  EXPECT_NEAR(sum(apart), 2, 0.2);
  EXPECT_NEAR(same.correlation[0][1], 1, 0.01);
  EXPECT_NEAR(apart.correlation[0][1], 0, 0.06);
}

TEST(Calibration, AnAlgorithmsRatioIsTheOneThatTheScoresWereMadeWith) {
  // Normal scores two deviations of 0.3 apart: ratio 2 (x / 0.3 - 1), even at x = 0.3.
  const auto report = calibrate(candidates(0, 7, 12000), two_algorithms());
  const Calibration& one = report.settings.algorithms[0].calibration;
  EXPECT_NEAR(one.slope, 2 / 0.3, 0.5);
  EXPECT_NEAR(std::log(one.even), 0.3, 0.03);
  EXPECT_NEAR(report.settings.offset, std::log(0.25), 0.2);  // one object to four others
}

TEST(Calibration, TheOffsetBeforeIsNoEvidenceHoweverFewTheAlgorithms) {
  DetectorSettings settings = two_algorithms();
  settings.offset = -1.8F;
  for (int algorithms = 2; algorithms > 0; --algorithms, settings.algorithms.pop_back()) {
    const auto report = calibrate(candidates(0, 7, 12000, settings.offset), settings);
    EXPECT_NEAR(report.settings.offset, std::log(0.25), 0.2) << algorithms;
  }
}

TEST(Calibration, ANetworksRatioHoldsTheOddsOfAnObject) {
  DetectorSettings settings;
  settings.network.model.path = "mines.onnx";
  const Scoreboard board = candidates(0, 7, 12000);
  const auto report = calibrate(board, settings);
  const Calibration& one = report.settings.network.calibration;
  EXPECT_EQ(one.weight, 1);
  EXPECT_NEAR(one.slope, 2 / 0.3, 0.5);
  // One object to four others: ln(0.25) + 2 (x / 0.3 - 1) is even at x = 0.3 (1 - ln(0.25) / 2).
  EXPECT_NEAR(std::log(one.even), 0.3 * (1 + std::log(4.0) / 2), 0.03);
  EXPECT_EQ(report.settings.offset, settings.offset);
}

TEST(Calibration, ANetworkAndItsJudgeAreAddedLikeTwoAlgorithms) {
  DetectorSettings settings;
  settings.offset = 0;
  settings.network.model.path = "mines.onnx";
  settings.network.calibration.weight = settings.classifier.calibration.weight = 0;
  settings.classifier.model.path = "judge.onnx";
  const DetectorSettings fitted = calibrate(candidates(0, 7, 12000), settings).settings;
  for (const Calibration& one : {fitted.network.calibration, fitted.classifier.calibration}) {
    EXPECT_NEAR(one.slope, 2 / 0.3, 0.5);
    EXPECT_NEAR(one.weight, 1, 0.1);
  }
  EXPECT_NEAR(fitted.offset, std::log(0.25), 0.2);  // one object to four others
}

TEST(Calibration, TooFewOfEitherClassAreRefused) {
  EXPECT_THROW(calibrate(candidates(0, 1, 60), two_algorithms()), InputError);
}

TEST(Calibration, TheFileIsReadBackAsDetectorSettings) {
  const auto report = calibrate(candidates(0.5, 9), two_algorithms());
  std::istringstream file(calibration_file(report, "this test"));
  DetectorSettings read;
  settings::read(file, "calibrated.yaml", read);
  ASSERT_EQ(read.algorithms.size(), 2U);
  EXPECT_FLOAT_EQ(read.algorithms[1].calibration.slope, report.settings.algorithms[1].calibration.slope);
  EXPECT_FLOAT_EQ(read.offset, report.settings.offset);
}

TEST(Reliability, StatedIsComparedWithObservedBinByBin) {
  Scoreboard board;
  board.add_searched(1, 1);
  for (int i = 0; i < 10; ++i) {
    ScoredDetection one;
    one.confidence = 0.85;
    if (i < 8) one.targets = {board.add_target({})};
    one.ignored = i == 9;
    board.add_detection(one);
  }
  const auto bins = reliability(board, 0);
  EXPECT_EQ(bins[8].detections, 9U);
  EXPECT_EQ(bins[8].right, 8U);
  EXPECT_NEAR(calibration_error(bins), 8.0 / 9 - 0.85, 1e-9);
}

/// A rough bottom with mines and stones, small enough for many seeds.
constexpr const char* kScenario = R"(
seed: 1
sonar: {frequency_khz: 600, bandwidth_khz: 40, beam_deg: 0.4, range_m: 25, samples: 512}
water: {depth_m: 12}
vehicle: {speed_mps: 2, altitude_m: 4, survey: {length_m: 90, lines: 1}}
seabed:
  ground: {sediment: medium_sand, roughness_m: 0.03, roughness_scale_m: 2, texture_shape: 4}
  rocks: {per_100_m2: 0.8, smallest_m: 0.2, largest_m: 0.9}
fields:
  - {kind: mines, count: 8, east_m: -12, north_m: 45, length_m: 80, width_m: 16, separation_m: 5, seed: 1}
  - {kind: mines, count: 8, east_m: 12, north_m: 45, length_m: 80, width_m: 16, separation_m: 5, seed: 2}
)";

Scoreboard survey(const DetectorSettings& settings, std::uint32_t first_seed, std::uint32_t seeds) {
  Scoreboard board;
  for (std::uint32_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    Scenario scenario;
    std::istringstream text(kScenario);
    settings::read(text, "test scenario", scenario);
    scenario.seed = seed;
    for (auto& field : scenario.fields) field.seed += 100 * seed;
    Sidescan source(scenario);
    score(run(source, settings), source.truth(), {}, false, 16, board);
  }
  return board;
}

TEST(Calibration, WhatIsStatedOnScenariosOfOtherSeedsIsRightAboutAsOften) {
  DetectorSettings settings;
  settings.least_llr = -6;
  const auto report = calibrate(survey(for_calibration(settings), 1, 6), settings);
  const auto unseen = survey(report.settings, 101, 6);
  const auto bins = reliability(unseen, 0.1);
  std::size_t detections = 0;
  for (const auto& bin : bins) {
    detections += bin.detections;
    if (bin.detections < 10) continue;
    const Interval interval = wilson(bin.right, bin.detections);
    EXPECT_GE(bin.stated, interval.low - 0.12) << bin.from;
    EXPECT_LE(bin.stated, interval.high + 0.12) << bin.from;
  }
  EXPECT_GT(detections, 100U);
  EXPECT_LT(calibration_error(bins), 0.1);
  // That bound is one that a detector with a wrong offset does not keep.
  Scoreboard wrong;
  wrong.add_searched(unseen.frames(), unseen.km2());
  for (std::size_t i = 0; i < unseen.targets(); ++i) wrong.add_target({});
  for (ScoredDetection one : unseen.detections()) {
    one.confidence = confidence_of(static_cast<double>(one.llr) + 2);
    wrong.add_detection(one);
  }
  EXPECT_GT(calibration_error(reliability(wrong, 0.1)), 0.12);
}

}  // namespace
}  // namespace towfish::evaluation
