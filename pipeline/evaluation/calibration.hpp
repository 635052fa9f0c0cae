#pragma once

#include <string>
#include <vector>

#include "detectors/registry.hpp"
#include "detectors/scoring.hpp"

namespace towfish::evaluation {

/// The settings with which to run detectors whose detections are to calibrate them: the same sums, but every
/// algorithm's ratio unlimited, slope 1 moved into its weight.
DetectorSettings for_calibration(DetectorSettings settings);

/// What a calibration is made of.
struct CalibrationReport {
  DetectorSettings settings;  ///< Calibrated: offset, and even, slope and weight of every algorithm.
  std::size_t objects = 0;
  std::size_t others = 0;
  /// Of the algorithms' log-likelihood ratios with each other, within the two classes; row by row.
  std::vector<std::vector<double>> correlation;
};

/// Fits settings to what a run with for_calibration(settings) gave.
///
/// Each algorithm by itself: logistic regression of object against no object on the logarithm of its score,
/// both classes weighted alike, gives even and slope. All together: logistic regression with those ratios as
/// inputs, none with a negative weight, gives the weights, in which what they have in common is counted once,
/// and the offset, which holds the odds of an object among candidates. What the detector adds for other
/// reasons (shape) is taken as it stands. A network that finds objects by itself has one ratio, which holds
/// the odds of an object among what it finds. Throws InputError with fewer than kFewest of either class.
inline constexpr std::size_t kFewest = 20;
CalibrationReport calibrate(const Scoreboard& board, const DetectorSettings& settings);

/// The report as a detectors file that says where it comes from.
std::string calibration_file(const CalibrationReport& report, const std::string& made_from);

}  // namespace towfish::evaluation
