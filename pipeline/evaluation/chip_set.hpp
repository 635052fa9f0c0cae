#pragma once

#include <filesystem>
#include <fstream>

#include "detectors/scoring.hpp"
#include "pipeline/evaluation/trial.hpp"

namespace towfish::evaluation {

/// A folder of chips with what they show, for training classifiers:
///   chips.u8   Chip::kSize x Chip::kSize bytes a detection, one after another
///   chips.csv  source,side,ping,sample,slant_range_m,altitude_m,verdict,confidence,targets: a line a chip;
///   verdict hit, again,
///              false_alarm or ignored; targets the numbers of those that it lies on, with blanks between
class ChipSet {
 public:
  /// Begins a new one. Throws std::runtime_error where it cannot be written.
  explicit ChipSet(const std::filesystem::path& folder);

  /// Adds the detections of a trial, the last that was scored on this board.
  void add(const Trial& trial, const Scoreboard& board, const std::string& source);

 private:
  std::filesystem::path folder_;
  std::ofstream pixels_;
  std::ofstream table_;
};

}  // namespace towfish::evaluation
