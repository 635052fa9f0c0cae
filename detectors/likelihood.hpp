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

/// Of an algorithm's score, by itself; limited to +-8. 0, which speaks neither way, for one that was not
/// asked (NaN).
float log_likelihood(const Calibration& calibration, float score) noexcept;

/// Turns what is known of a candidate into one log-likelihood ratio, and that into a verdict.
class Likelihood {
 public:
  /// `offset`, nats, is added to every sum.
  explicit Likelihood(std::vector<Calibration> calibrations, float offset = 0)
      : calibrations_(std::move(calibrations)), offset_(offset) {}
  /// Fills in llr, llr_by_algorithm and contact_class.
  void judge(const Candidate& candidate, Detection& detection) const noexcept;
  /// What a height from the shadow says, nats: mines stand 0.2 to 1 m high, ripples and most stones less. The
  /// more restless the bottom, the more it says.
  [[nodiscard]] static float of_height(float height_m, float clutter_db) noexcept;
  /// The same for a candidate: less with a dull highlight, and little against one that is bright and casts no
  /// shadow on a calm bottom. It floats, and its shadow lies elsewhere.
  [[nodiscard]] static float of_own_height(const Candidate& candidate, float height_m) noexcept;
  /// What a highlight that casts no shadow says on a calm bottom, nats.
  [[nodiscard]] static float of_bare_highlight(const Candidate& candidate) noexcept;
  /// To +-8, as every sum is.
  [[nodiscard]] static float limited(float llr) noexcept;

 private:
  std::vector<Calibration> calibrations_;
  float offset_;
};

}  // namespace towfish
