#include "sim/bottom.hpp"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <numbers>

#include "sim/random.hpp"

namespace towfish::sim {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr float kNormalReach = 4;
constexpr float kNormalStep = 1.0F / 128;

}  // namespace

double lambert_mu(Sediment sediment) {
  constexpr double kDecibel[] = {-34, -31, -28, -25, -20, -17, -12};
  return std::pow(10, kDecibel[static_cast<int>(sediment)] / 10);
}

GammaTexture::GammaTexture(double shape) {
  const boost::math::gamma_distribution<double> gamma(shape, 1 / shape);
  for (float x = -kNormalReach; x <= kNormalReach; x += kNormalStep) {
    const double p = 0.5 * std::erfc(-x / std::numbers::sqrt2);
    values_.push_back(static_cast<float>(boost::math::quantile(gamma, p)));
  }
}

float GammaTexture::at(float normal) const noexcept {
  const float place =
      std::clamp((normal + kNormalReach) / kNormalStep, 0.0F, static_cast<float>(values_.size()) - 1.001F);
  const auto i = static_cast<std::size_t>(place);
  return values_[i] + (place - static_cast<float>(i)) * (values_[i + 1] - values_[i]);
}

Bottom::Kind::Kind(const BottomSettings& settings, double hurst, std::uint64_t seed)
    : mu(static_cast<float>(lambert_mu(settings.sediment))),
      ripple_height_m(static_cast<float>(settings.ripple_height_m)),
      ripple_east(2 * std::numbers::pi / settings.ripple_wavelength_m *
                  std::sin(settings.ripple_direction_deg * kDegree)),
      ripple_north(2 * std::numbers::pi / settings.ripple_wavelength_m *
                   std::cos(settings.ripple_direction_deg * kDegree)),
      roughness(hash(seed, 1), settings.roughness_m, settings.roughness_scale_m, 0.08, hurst),
      ripple_bend(hash(seed, 2), 6 * settings.ripple_wavelength_m),
      ripple_swell(hash(seed, 3), 9 * settings.ripple_wavelength_m),
      texture(hash(seed, 4), settings.texture_scale_m) {
  if (settings.texture_shape > 0) gamma.emplace(settings.texture_shape);
}

Bottom::Point Bottom::Kind::at(double east_m, double north_m) {
  Point point{roughness.at(east_m, north_m), mu};
  if (ripple_height_m > 0) {
    const double phase = east_m * ripple_east + north_m * ripple_north +
                         1.2 * static_cast<double>(ripple_bend.at(east_m, north_m));
    const float swell = 0.75F + 0.25F * std::clamp(ripple_swell.at(east_m, north_m), -2.0F, 2.0F);
    const auto wave = static_cast<float>(std::sin(phase) - 0.2 * std::cos(2 * phase));
    point.height_m += 0.5F * ripple_height_m * swell * wave;
  }
  if (gamma) point.mu *= gamma->at(texture.at(east_m, north_m));
  return point;
}

Bottom::Patch::Patch(const PatchSettings& patch, double hurst, std::uint64_t seed)
    : settings(patch),
      sin(std::sin(patch.direction_deg * kDegree)),
      cos(std::cos(patch.direction_deg * kDegree)),
      edge(hash(seed, 5), patch.raggedness, std::min(patch.length_m, patch.width_m) / 3, 0.5, 0.7),
      kind(patch.bottom, hurst, seed) {}

float Bottom::Patch::cover(double east_m, double north_m) {
  const double e = east_m - settings.east_m;
  const double n = north_m - settings.north_m;
  const double along = (e * sin + n * cos) / (0.5 * settings.length_m);
  const double across = (e * cos - n * sin) / (0.5 * settings.width_m);
  const double radius = std::hypot(along, across);
  if (radius >
      1 + 4 * settings.raggedness + 2 * settings.edge_m / std::min(settings.length_m, settings.width_m))
    return 0;
  const double inside_m = (1 + static_cast<double>(edge.at(east_m, north_m)) - radius) * 0.5 *
                          std::min(settings.length_m, settings.width_m);
  return static_cast<float>(std::clamp(inside_m / settings.edge_m + 0.5, 0.0, 1.0));
}

Bottom::Bottom(const SeabedSettings& settings, std::uint64_t seed)
    : slope_east_(std::tan(settings.slope_deg * kDegree) * std::sin(settings.slope_direction_deg * kDegree)),
      slope_north_(std::tan(settings.slope_deg * kDegree) * std::cos(settings.slope_direction_deg * kDegree)),
      relief_(hash(seed, 100), settings.relief_m, settings.relief_scale_m, 0.5, settings.hurst),
      ground_(settings.ground, settings.hurst, hash(seed, 101)) {
  for (std::size_t i = 0; i < settings.patches.size(); ++i) {
    patches_.emplace_back(settings.patches[i], settings.hurst, hash(seed, 102, i));
  }
}

double Bottom::plane_m(double east_m, double north_m) const noexcept {
  return east_m * slope_east_ + north_m * slope_north_;
}

Bottom::Point Bottom::at(double east_m, double north_m) {
  Point point{0, 0};
  float rest = 1;
  for (auto patch = patches_.rbegin(); patch != patches_.rend() && rest > 0; ++patch) {
    const float cover = rest * patch->cover(east_m, north_m);
    if (cover <= 0) continue;
    const Point other = patch->kind.at(east_m, north_m);
    point.height_m += cover * other.height_m;
    point.mu += cover * other.mu;
    rest -= cover;
  }
  if (rest > 0) {
    const Point ground = ground_.at(east_m, north_m);
    point.height_m += rest * ground.height_m;
    point.mu += rest * ground.mu;
  }
  point.height_m += relief_.at(east_m, north_m) + static_cast<float>(plane_m(east_m, north_m));
  return point;
}

}  // namespace towfish::sim
