#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detectors/scoring.hpp"
#include "pipeline/evaluation/trial.hpp"

namespace towfish::commands {

/// What an evaluation came to.
struct Evaluation {
  Scoreboard board;
  std::string matching;                 ///< The rule, for people.
  std::vector<std::string> algorithms;  ///< In the order of llr_by_algorithm.
  double confidence = 0;                ///< Least that the detector reports.
  double seconds = 0;                   ///< In the detectors.
  std::uint64_t samples = 0;
  std::size_t detections = 0;
  std::size_t taken_for_milco = 0;

  void add(const evaluation::Trial& trial);
};

/// One object, the keys of the design: truth, frames, pd, false_per_frame, false_per_km2, roc; and
/// reliability.
void print_json(const Evaluation& evaluation);
/// For people: the matching rule, Pd with interval at several false alarm rates, tables, reliability.
void print_text(const Evaluation& evaluation);

}  // namespace towfish::commands
