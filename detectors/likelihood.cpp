#include "detectors/likelihood.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {

namespace {

constexpr float kMost = 8.0F;
constexpr float kLongestMineM = 5.0F;  // the longest ground mines are under 4 m; the beam widens them
constexpr float kHighestMineM = 1.6F;
constexpr float kLongestShadowM = 5.0F;
constexpr float kShadowCost = 1.3F;  // nats a metre
constexpr float kMostShadowCost = 3.0F;
constexpr float kDullCost = 0.6F;  // nats a decibel that the highlight is below the background
constexpr float kMostDullCost = 5.0F;

}  // namespace

float log_likelihood(const Calibration& calibration, float score) noexcept {
  if (std::isnan(score)) return 0;
  const float ratio = std::max(score, 1e-6F) / calibration.even;
  return std::clamp(calibration.slope * std::log(ratio), -kMost, kMost);
}

float Likelihood::limited(float llr) noexcept {
  return std::clamp(llr, -kMost, kMost);
}

void Likelihood::judge(const Candidate& candidate, Detection& detection) const noexcept {
  float sum = offset_;
  for (std::size_t k = 0; k < calibrations_.size(); ++k) {
    detection.llr_by_algorithm[k] = log_likelihood(calibrations_[k], candidate.scores[k]);
    sum += calibrations_[k].weight * detection.llr_by_algorithm[k];
  }
  sum -= std::clamp(kShadowCost * (candidate.shadow_m - kLongestShadowM), 0.0F, kMostShadowCost);
  sum -= std::clamp(-kDullCost * candidate.highlight_db, 0.0F, kMostDullCost);
  detection.llr = limited(sum);
  const bool too_big = detection.length_m > kLongestMineM || detection.height_m > kHighestMineM;
  detection.contact_class = too_big ? ContactClass::nombo : ContactClass::milco;
}

}  // namespace towfish
