#pragma once

#include <vector>

#include "detectors/candidate.hpp"

namespace towfish {

/// How an algorithm's score becomes a log-likelihood ratio (natural logarithm), object : no object. Linear in
/// the logarithm of the score: slope * ln(score / even), limited to +-most.
struct Calibration {
  float even = 1;    ///< Score at which object and no object are equally likely.
  float slope = 1;   ///< Nats per factor e of the score.
  float weight = 1;  ///< Share in the sum over algorithms; together less than one each where they correlate.

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("even", even, "score", 0.01, 1000, "Score at which object and no object are equally likely.");
    v.number("slope", slope, "nats", 0.01, 100, "Log-likelihood ratio gained per factor e of the score.");
    v.number("weight", weight, "", 0, 2,
             "Share in the sum over the algorithms; their correlation lowers it.");
  }
};

/// Turns what is known of a candidate into one log-likelihood ratio, and that into a verdict.
class Likelihood {
 public:
  static constexpr float kMost = 8.0F;  ///< Of any log-likelihood ratio.

  explicit Likelihood(std::vector<Calibration> calibrations) : calibrations_(std::move(calibrations)) {}
  /// Fills in llr, llr_by_algorithm and contact_class.
  void judge(const Candidate& candidate, Detection& detection) const noexcept;

 private:
  std::vector<Calibration> calibrations_;
};

}  // namespace towfish
