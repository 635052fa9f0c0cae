#pragma once

#include <vector>

#include "detectors/scoring.hpp"

namespace towfish::evaluation {

/// The detections whose stated confidence lies in one tenth, and how many of them were right.
struct ReliabilityBin {
  double from = 0;
  double to = 0;
  std::size_t detections = 0;  ///< Hits and false alarms; the others count neither way.
  std::size_t right = 0;
  double stated = 0;  ///< Their mean confidence.

  [[nodiscard]] double observed() const noexcept {
    return detections > 0 ? static_cast<double>(right) / static_cast<double>(detections) : 0.0;
  }
};

/// Ten bins, of detections of at least `least_confidence`.
std::vector<ReliabilityBin> reliability(const Scoreboard& board, double least_confidence);

/// Mean absolute difference of stated and observed, weighted by detections (expected calibration error).
double calibration_error(const std::vector<ReliabilityBin>& bins) noexcept;

}  // namespace towfish::evaluation
