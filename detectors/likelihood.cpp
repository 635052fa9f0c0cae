#include "detectors/likelihood.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {

namespace {

constexpr float kMost = 8.0F;
constexpr float kLongestMineM = 5.0F;  // the longest ground mines are under 4 m; the beam widens them
constexpr float kHighestMineM = 1.6F;

}  // namespace

void Likelihood::judge(const Candidate& candidate, Detection& detection) const noexcept {
  float sum = 0;
  for (std::size_t k = 0; k < calibrations_.size(); ++k) {
    const Calibration& c = calibrations_[k];
    const float ratio = std::max(candidate.scores[k], 1e-3F) / c.even;
    detection.llr_by_algorithm[k] = std::clamp(c.slope * std::log(ratio), -kMost, kMost);
    sum += c.weight * detection.llr_by_algorithm[k];
  }
  detection.llr = std::clamp(sum, -kMost, kMost);
  const bool too_big = detection.length_m > kLongestMineM || detection.height_m > kHighestMineM;
  detection.contact_class = too_big ? ContactClass::nombo : ContactClass::milco;
}

}  // namespace towfish
