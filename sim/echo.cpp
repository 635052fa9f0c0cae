#include "sim/echo.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "pipeline/sonar/geometry.hpp"

namespace towfish::sim {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

}  // namespace

Echo::Echo(const SonarSettings& sonar, const WaterSettings& water, const SeabedSettings& seabed,
           const Acoustics& acoustics, const Bottom& bottom, const Scene& scene)
    : tilt_rad_(sonar.tilt_deg * kDegree),
      range_m_(static_cast<float>(sonar.range_m)),
      sidelobe_(static_cast<float>(std::pow(10, sonar.sidelobe_db / 10))),
      depth_m_(water.depth_m),
      scour_depth_m_(seabed.scour_depth_m),
      scour_reach_m_(seabed.scour_reach_m),
      acoustics_(acoustics),
      scene_(scene),
      bottom_(bottom),
      scratch_(static_cast<std::size_t>(sonar.samples)) {
  constexpr float kRaySpacing_m = 0.05F;
  const float widest = 2 * kHalfBeam * acoustics.footprint_m.back();
  const int half = std::clamp(static_cast<int>(std::ceil(widest / kRaySpacing_m)), 8, 40) / 2;
  float whole = 0;
  for (int ray = -half; ray <= half; ++ray) {
    const float offset = kHalfBeam * static_cast<float>(ray) / (static_cast<float>(half) + 0.5F);
    rays_.push_back({offset, beam_power(offset)});
    whole += rays_.back().share;
  }
  for (Ray& ray : rays_) ray.share /= whole;
}

double Echo::altitude_m(const Pose& pose) {
  return bottom_.plane_m(pose.east_m, pose.north_m) + pose.altitude_m -
         static_cast<double>(bottom_.at(pose.east_m, pose.north_m).height_m);
}

Echo::Fan Echo::fan(const Pose& pose, Side side) const {
  const double heading = pose.heading_deg * kDegree;
  const double look = look_bearing_deg(pose.heading_deg, side) * kDegree;
  const double tilt = tilt_rad_ + (side == Side::starboard ? 1 : -1) * pose.roll_deg * kDegree;
  const double ahead = pose.altitude_m * std::tan(pose.pitch_deg * kDegree);
  Fan fan{};
  fan.forward_east = std::sin(heading);
  fan.forward_north = std::cos(heading);
  fan.look_east = std::sin(look);
  fan.look_north = std::cos(look);
  fan.east = pose.east_m + ahead * fan.forward_east;
  fan.north = pose.north_m + ahead * fan.forward_north;
  fan.sonar_m = bottom_.plane_m(pose.east_m, pose.north_m) + pose.altitude_m;
  fan.sin_tilt = static_cast<float>(std::sin(tilt));
  fan.cos_tilt = static_cast<float>(std::cos(tilt));
  return fan;
}

std::size_t Echo::bin(float slant_m) const {
  const auto i = static_cast<std::ptrdiff_t>(slant_m / static_cast<float>(acoustics_.spacing_m));
  return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(i, 0, std::ssize(power_) - 1));
}

float Echo::footprint_at(std::size_t edge) const {
  return acoustics_.footprint_m[std::min(first_bin_ + edge, acoustics_.footprint_m.size() - 1)];
}

float Echo::pattern(const Fan& fan, float x, float below, float slant) const {
  return acoustics_.pattern((below * fan.cos_tilt - x * fan.sin_tilt) / slant);
}

void Echo::deposit(float from_m, float to_m, float energy) {
  const auto spacing = static_cast<float>(acoustics_.spacing_m);
  const float a = std::min(from_m, to_m) / spacing;
  const float b = std::max(from_m, to_m) / spacing;
  const auto first = static_cast<std::size_t>(a);
  const auto last = static_cast<std::size_t>(b);
  if (first >= power_.size()) return;
  if (first == last) {
    power_[first] += energy;
    return;
  }
  const float per_bin = energy / (b - a);
  power_[first] += per_bin * (static_cast<float>(first + 1) - a);
  for (std::size_t i = first + 1; i < last && i < power_.size(); ++i) power_[i] += per_bin;
  if (last < power_.size()) power_[last] += per_bin * (b - static_cast<float>(last));
}

void Echo::water_echo(const Fan& fan, double depth_m) {
  const auto spacing = static_cast<float>(acoustics_.spacing_m);
  const auto depth = static_cast<float>(depth_m);
  for (std::size_t i = 0; i < power_.size(); ++i) {
    power_[i] = acoustics_.volume * acoustics_.per_volume[i];
    const float slant = (static_cast<float>(i) + 0.5F) * spacing;
    if (depth <= 0 || slant <= depth) continue;
    const float sine = depth / slant;
    const float x = std::sqrt(slant * slant - depth * depth);
    power_[i] += acoustics_.per_area[i] * acoustics_.surface_mu * sine * sine * spacing * slant / x *
                 pattern(fan, x, -depth, slant);
  }
}

void Echo::walk_bottom(const Fan& fan) {
  const double spacing = acoustics_.spacing_m;
  const auto samples = static_cast<double>(power_.size());
  const double altitude =
      std::max(fan.sonar_m - static_cast<double>(bottom_.at(fan.east, fan.north).height_m), spacing);
  const double spare = std::min(altitude * altitude / (2 * samples * spacing * spacing) + 16, samples);
  const auto first = static_cast<std::size_t>(altitude / spacing);
  first_bin_ = first;
  const auto last = static_cast<std::size_t>(samples + spare);
  x_.clear();
  ground_.clear();
  mu_.clear();
  for (std::size_t edge = first; edge <= std::max(first + 1, last); ++edge) {
    const double range = static_cast<double>(edge) * spacing;
    const double x = std::sqrt(std::max(range * range - altitude * altitude, 0.0));
    const Bottom::Point point = bottom_.at(fan.east + x * fan.look_east, fan.north + x * fan.look_north);
    x_.push_back(static_cast<float>(x));
    ground_.push_back(static_cast<float>(static_cast<double>(point.height_m) - fan.sonar_m));
    mu_.push_back(point.mu);
  }
}

float Echo::facet_echo(const Fan& fan, const Facet& facet, std::size_t k, float offset) const {
  float strength = 0;
  if (facet.near != nullptr) {
    strength = solid_strength(k, offset, facet.slope, facet.x / facet.slant, facet.below / facet.slant);
  } else {
    const float sine = (facet.slope * facet.x + facet.below) / facet.slant;  // times the facet's stretch
    strength = 0.5F * (mu_[k] + mu_[k + 1]) * sine * sine / std::sqrt(1 + facet.slope * facet.slope);
  }
  return strength * (x_[k + 1] - x_[k]) * acoustics_.per_area[bin(facet.slant)] *
         pattern(fan, facet.x, facet.below, facet.slant);
}

Echo::Facet Echo::facet(std::size_t k) const {
  Facet facet{};
  facet.x = 0.5F * (x_[k] + x_[k + 1]);
  facet.below = -0.5F * (height_[k] + height_[k + 1]);
  facet.slant = std::sqrt(facet.x * facet.x + facet.below * facet.below);
  facet.slope = (height_[k + 1] - height_[k]) / (x_[k + 1] - x_[k]);
  const std::int32_t owner = std::max(owner_[k], owner_[k + 1]);
  facet.near = owner >= 0 ? &near_[static_cast<std::size_t>(owner)] : nullptr;
  return facet;
}

void Echo::march(const Fan& fan, float offset, float weight) {
  float highest = -std::numeric_limits<float>::infinity();
  float before = highest;
  float far_slant = std::hypot(x_[0], height_[0]);
  for (std::size_t k = 0; k + 1 < x_.size(); ++k) {
    const float elevation = height_[k + 1] / x_[k + 1];
    const float near_slant =
        std::exchange(far_slant, std::sqrt(x_[k + 1] * x_[k + 1] + height_[k + 1] * height_[k + 1]));
    const float was = std::exchange(before, elevation);
    if (elevation <= highest && watched_ < 0) continue;

    const Facet here = facet(k);
    const bool watched = here.near != nullptr && static_cast<std::ptrdiff_t>(here.near->solid) == watched_;
    if (elevation <= highest && !watched) continue;
    const float all = weight * facet_echo(fan, here, k, offset);
    if (watched) sighting_.facing += all;
    if (elevation <= highest || screened(here.x, elevation)) continue;
    const float lit = was >= highest ? all : all * (elevation - highest) / (elevation - was);
    highest = elevation;
    if (lit <= 0) continue;
    if (watched) {
      sighting_.lit += lit;
      sighting_.far_slant_m = std::max(sighting_.far_slant_m, far_slant);
    }
    deposit(near_slant, far_slant, lit);
  }
}

bool Echo::screened(float x, float elevation) const {
  return std::any_of(screens_.begin(), screens_.end(), [&](const Screen& screen) {
    return x > screen.x && elevation > screen.low && elevation < screen.high;
  });
}

void Echo::sidelobe_echo(const Fan& fan) {
  for (std::size_t k = 0; k + 1 < x_.size(); ++k) {
    const float x = 0.5F * (x_[k] + x_[k + 1]);
    const float below = -0.5F * (ground_[k] + ground_[k + 1]);
    const float slant = std::sqrt(x * x + below * below);
    const float sine = below / slant;
    const std::size_t at = bin(slant);
    if (below <= 0 || slant >= range_m_) continue;
    power_[at] += sidelobe_ * mu_[k] * sine * sine * (x_[k + 1] - x_[k]) * acoustics_.per_area[at] *
                  pattern(fan, x, below, slant);
  }
}

void Echo::trace(const Pose& pose, Side side, std::span<float> power) {
  power_ = power;
  const Fan here = fan(pose, side);
  water_echo(here, depth_m_ - here.sonar_m);
  walk_bottom(here);
  sidelobe_echo(here);
  find_near(here);
  if (near_.empty()) {
    stand_solids(here, 0);
    march(here, 0, 1);
    return;
  }
  for (const auto [offset, share] : rays_) {
    stand_solids(here, offset);
    march(here, offset, share);
    for (const Near& near : near_) {
      if (scene_.solids[near.solid].moored()) sphere_echo(here, near, offset, share);
    }
  }
  for (const Near& near : near_) {
    if (scene_.solids[near.solid].settings().shape == Shape::crab_pot) rope_echo(here, near);
  }
}

Sighting Echo::sight(const Pose& pose, Side side, std::size_t solid) {
  watched_ = static_cast<std::ptrdiff_t>(solid);
  sighting_ = {};
  trace(pose, side, scratch_);
  watched_ = -1;
  return sighting_;
}

}  // namespace towfish::sim
