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
// Of the candidates in simulated and recorded data, mines have such heights more often than others.
constexpr float kHeightGain = 2.0F;  // nats a factor e
constexpr float kEvenHeightM = 0.2F;
constexpr float kMostHeightCost = 2.5F;
constexpr float kMostHeightWorth = 1.4F;
// Amid ripples more so: they look like objects in all but their height.
constexpr float kRestlessHeightGain = 4.0F;
constexpr float kMostRestlessHeightWorth = 2.0F;
constexpr float kRippledDb = 2.0F;  // clutter
constexpr float kPlainDb =
    6.0F;  // a highlight; with none, the shadow may be that of something afloat in front
// On a calm bottom hardly anything but an object is so bright, shadow or none: that of something afloat lies
// elsewhere, or beyond the trace.
constexpr float kBrightDb = 7.0F;
constexpr float kBrightGain = 1.2F;  // nats a decibel
constexpr float kMostBrightWorth = 4.0F;
constexpr float kCalmDb = 1.3F;  // clutter
constexpr float kRestlessDb = 1.7F;
constexpr float kSomeShadowDb = -3.0F;
// Nor does it lie as low as its missing shadow says: what is seen of a shadow there is speckle.
constexpr float kAfloatDb = 5.0F;         // a highlight from here on may be of something afloat
constexpr float kPlainlyAfloatDb = 8.0F;  // and from here on is
// What floats is short. A long bright band without shadow is what a long dark place leaves behind it in the
// background.
constexpr float kLongestAfloatM = 2.4F;
constexpr float kBandCost = 4.0F;  // nats a metre
constexpr float kMostBandCost = 4.0F;
// What stands high has a highlight. A long shadow without one is that of something afloat metres in front.
constexpr float kDullDb = 5.5F;
constexpr float kPlainlyDullDb = 4.0F;
constexpr float kHighShadowM = 3.0F;
constexpr float kDetachedCost = 4.0F;  // nats a metre
constexpr float kMostDetachedCost = 6.0F;
// A mine's shadow is dark throughout; between ripples and on uneven ground what looks like one has gaps.
constexpr float kFillGain = 8.0F;  // nats from none of it dark to all
constexpr float kEvenFill = 0.92F;
constexpr float kMostFill = 0.6F;
// Where the bottom return leaps, pings are not aligned, and near it the bottom's own echo looks like an
// object.
constexpr float kSteadyM = 0.25F;
constexpr float kLeapCost = 12.0F;  // nats a metre
constexpr float kMostLeapCost = 4.0F;
constexpr float kNearBottomM = 5.0F;
// Where the vehicle turns, the beam lingers on one side and sweeps the other fast: bottom and objects are
// smeared.
constexpr float kStraight = 0.4F;
constexpr float kBendCost = 10.0F;  // nats a unit of bend
constexpr float kMostBendCost = 4.0F;

/// 0 to 1: how calm the bottom around it is, how little shadow it casts.
float calmness(const Candidate& candidate) {
  return std::clamp((kRestlessDb - candidate.clutter_db) / (kRestlessDb - kCalmDb), 0.0F, 1.0F);
}

float bareness(const Candidate& candidate) {
  return std::clamp(1 - candidate.shadow_db / kSomeShadowDb, 0.0F, 1.0F);
}

/// 0 to 1: how surely it is the highlight of something whose shadow lies elsewhere.
float buoyancy(const Candidate& candidate) {
  const float bright = (candidate.highlight_db - kAfloatDb) / (kPlainlyAfloatDb - kAfloatDb);
  return calmness(candidate) * bareness(candidate) * std::clamp(bright, 0.0F, 1.0F);
}

float of_band(const Candidate& candidate) {
  return -bareness(candidate) *
         std::clamp(kBandCost * (candidate.length_m - kLongestAfloatM), 0.0F, kMostBandCost);
}

float of_detached_shadow(const Candidate& candidate) {
  const float dull = (kDullDb - candidate.highlight_db) / (kDullDb - kPlainlyDullDb);
  return -std::clamp(dull, 0.0F, 1.0F) *
         std::clamp(kDetachedCost * (candidate.shadow_m - kHighShadowM), 0.0F, kMostDetachedCost);
}

}  // namespace

float log_likelihood(const Calibration& calibration, float score) noexcept {
  if (std::isnan(score)) return 0;
  const float ratio = std::max(score, 1e-6F) / calibration.even;
  return std::clamp(calibration.slope * std::log(ratio), -kMost, kMost);
}

float Likelihood::of_height(float height_m, float clutter_db) noexcept {
  if (!(height_m > 0)) return 0;
  const float ripples = std::clamp((clutter_db - kCalmDb) / (kRippledDb - kCalmDb), 0.0F, 1.0F);
  const float gain = std::lerp(kHeightGain, kRestlessHeightGain, ripples);
  const float most = std::lerp(kMostHeightWorth, kMostRestlessHeightWorth, ripples);
  return std::clamp(gain * std::log(height_m / kEvenHeightM), -kMostHeightCost, most);
}

float Likelihood::of_own_height(const Candidate& candidate, float height_m) noexcept {
  const float height = of_height(height_m, candidate.clutter_db);
  const float plain = std::clamp(candidate.highlight_db / kPlainDb, 0.0F, 1.0F);
  return height * (height > 0 ? plain : 1 - buoyancy(candidate));
}

float Likelihood::of_bare_highlight(const Candidate& candidate) noexcept {
  return calmness(candidate) * bareness(candidate) *
         std::clamp(kBrightGain * (candidate.highlight_db - kBrightDb), 0.0F, kMostBrightWorth);
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
  sum += of_own_height(candidate, detection.height_m);
  sum += (1 - buoyancy(candidate)) *
         std::clamp(kFillGain * (candidate.shadow_fill - kEvenFill), -kMostFill, kMostFill);
  sum += of_bare_highlight(candidate) + of_band(candidate) + of_detached_shadow(candidate);
  const float nearness = std::max(0.0F, 1 - candidate.behind_bottom_m / kNearBottomM);
  sum -= nearness * std::clamp(kLeapCost * (candidate.bottom_leap_m - kSteadyM), 0.0F, kMostLeapCost);
  sum -= std::clamp(kBendCost * (candidate.bend - kStraight), 0.0F, kMostBendCost);
  detection.llr = limited(sum);
  const bool too_big = detection.length_m > kLongestMineM || detection.height_m > kHighestMineM;
  detection.contact_class = too_big ? ContactClass::nombo : ContactClass::milco;
}

}  // namespace towfish
