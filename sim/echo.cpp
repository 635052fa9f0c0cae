#include "sim/echo.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "pipeline/sonar/geometry.hpp"

namespace towfish::sim {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

constexpr float kWholeBeam = 0.72F;  // half-width, in footprints, beyond which nothing is seen

/// Two-way power of a Gaussian beam with half its one-way power at +-0.5 footprints.
float beam_power(float off_axis_footprints) {
  return std::exp(-8 * std::numbers::ln2_v<float> * off_axis_footprints * off_axis_footprints);
}

}  // namespace

Echo::Echo(const SonarSettings& sonar, const WaterSettings& water, const SeabedSettings& seabed,
           const Acoustics& acoustics, const Bottom& bottom, const Scene& scene)
    : tilt_rad_(sonar.tilt_deg * kDegree),
      depth_m_(water.depth_m),
      scour_depth_m_(seabed.scour_depth_m),
      scour_reach_m_(seabed.scour_reach_m),
      acoustics_(acoustics),
      scene_(scene),
      bottom_(bottom),
      scratch_(static_cast<std::size_t>(sonar.samples)) {
  constexpr float kRaySpacing_m = 0.05F;
  const float widest = 2 * kWholeBeam * acoustics.footprint_m.back();
  const int half = std::clamp(static_cast<int>(std::ceil(widest / kRaySpacing_m)), 8, 40) / 2;
  float whole = 0;
  for (int ray = -half; ray <= half; ++ray) {
    const float offset = kWholeBeam * static_cast<float>(ray) / (static_cast<float>(half) + 0.5F);
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

void Echo::find_near(const Fan& fan) {
  near_.clear();
  const float widest = kWholeBeam * acoustics_.footprint_m.back();
  for (std::size_t i = 0; i < scene_.solids.size(); ++i) {
    const Solid& solid = scene_.solids[i];
    const double east = solid.settings().east_m - fan.east;
    const double north = solid.settings().north_m - fan.north;
    const auto y = static_cast<float>(east * fan.forward_east + north * fan.forward_north);
    if (std::abs(y) > solid.reach_m() + widest) continue;
    const auto x = static_cast<float>(east * fan.look_east + north * fan.look_north);
    if (x < -solid.reach_m() || x > x_.back() + solid.reach_m()) continue;
    const double sin = solid.sin_heading();
    const double cos = solid.cos_heading();
    const auto across = [&](double e, double n) {
      return static_cast<float>(e * fan.look_east + n * fan.look_north);
    };
    const auto along = [&](double e, double n) {
      return static_cast<float>(e * fan.forward_east + n * fan.forward_north);
    };
    near_.push_back({i, x, y, across(sin, cos), along(sin, cos), across(cos, -sin), along(cos, -sin)});
  }
}

void Echo::stand(const Near& near, const Fan& fan, float offset) {
  const Solid& solid = scene_.solids[near.solid];
  const bool scoured = scour_depth_m_ > 0 && near.solid < scene_.objects;
  const auto reach = solid.reach_m() + static_cast<float>(scoured ? 2 * scour_reach_m_ : 0);
  const auto base = static_cast<float>(solid.base_m() - fan.sonar_m);
  auto k = static_cast<std::size_t>(std::lower_bound(x_.begin(), x_.end(), near.x - reach) - x_.begin());
  for (; k < x_.size() && x_[k] < near.x + reach; ++k) {
    const float dx = x_[k] - near.x;
    const float dy = offset * footprint_at(k) - near.y;
    const float u = dx * near.u_x + dy * near.u_y;
    const float v = dx * near.v_x + dy * near.v_y;
    const float height = solid.height_at(u, v);
    if (scoured && height <= 0) {
      const auto off = (std::hypot(dx, dy) - solid.reach_m()) / static_cast<float>(scour_reach_m_);
      height_[k] -= static_cast<float>(scour_depth_m_) * std::exp(-off * off);
    }
    if (height > 0 && base + height > height_[k]) {
      height_[k] = base + height;
      owner_[k] = static_cast<std::int32_t>(&near - near_.data());
    }
  }
}

void Echo::stand_solids(const Fan& fan, float offset) {
  height_ = ground_;
  owner_.assign(x_.size(), -1);
  screens_.clear();
  for (const Near& near : near_) {
    stand(near, fan, offset);
    const Solid& solid = scene_.solids[near.solid];
    if (!solid.moored()) continue;
    const auto radius = static_cast<float>(solid.settings().length_m / 2);
    const float below = static_cast<float>(fan.sonar_m - solid.base_m() - solid.settings().mooring_m);
    const float slant = std::hypot(near.x, below);
    const float off = offset * acoustics_.footprint_m[bin(slant)] - near.y;
    if (std::abs(off) >= radius || near.x <= radius) continue;
    const float angle = -std::atan2(below, near.x);
    const float half = std::asin(std::min(std::sqrt(radius * radius - off * off) / slant, 1.0F));
    screens_.push_back({near.x, std::tan(angle - half), std::tan(std::min(angle + half, 1.5F))});
  }
}

float Echo::solid_strength(std::size_t k, float offset, float slope, float to_sonar_x,
                           float to_sonar_z) const {
  constexpr float kBase = 0.02F;
  const Near& near = near_[static_cast<std::size_t>(std::max(owner_[k], owner_[k + 1]))];
  const Solid& solid = scene_.solids[near.solid];
  const float dx = x_[owner_[k + 1] >= 0 ? k + 1 : k] - near.x;
  const float dy = offset * footprint_at(k) - near.y;
  const auto height = [&](float y) {
    return solid.height_at(dx * near.u_x + y * near.u_y, dx * near.v_x + y * near.v_y);
  };
  const float along = (height(dy + kBase) - height(dy - kBase)) / (2 * kBase);
  const float normal = std::sqrt(1 + slope * slope + along * along);
  const float cosine = (slope * to_sonar_x + to_sonar_z) / normal;
  return cosine > 0 ? solid.reflectivity(cosine) * normal : 0;
}

void Echo::march(const Fan& fan, float offset, float weight) {
  float highest = -std::numeric_limits<float>::infinity();
  float before = highest;
  float slant_before = std::hypot(x_[0], height_[0]);
  for (std::size_t k = 0; k + 1 < x_.size(); ++k) {
    const float width = x_[k + 1] - x_[k];
    const float x = 0.5F * (x_[k] + x_[k + 1]);
    const float below = -0.5F * (height_[k] + height_[k + 1]);
    const float slant = std::sqrt(x * x + below * below);
    const float slope = (height_[k + 1] - height_[k]) / width;
    const float elevation = height_[k + 1] / x_[k + 1];
    const float near_slant = slant_before;
    const float far_slant = std::sqrt(x_[k + 1] * x_[k + 1] + height_[k + 1] * height_[k + 1]);
    const float was = before;
    slant_before = far_slant;
    before = elevation;
    const bool solid = owner_[k] >= 0 || owner_[k + 1] >= 0;
    const bool watched = solid && watched_ >= 0 &&
                         near_[static_cast<std::size_t>(std::max(owner_[k], owner_[k + 1]))].solid ==
                             static_cast<std::size_t>(watched_);
    if (elevation <= highest && !watched) continue;

    const float part = elevation <= highest ? 0
                       : was >= highest     ? 1
                                            : (elevation - highest) / (elevation - was);
    highest = std::max(highest, elevation);
    float strength = 0;
    if (solid) {
      strength = solid_strength(k, offset, slope, x / slant, below / slant);
    } else {
      const float sine = (slope * x + below) / slant;  // of the grazing angle, times the facet's stretch
      strength = 0.5F * (mu_[k] + mu_[k + 1]) * sine * sine / std::sqrt(1 + slope * slope);
    }
    float energy =
        weight * width * strength * acoustics_.per_area[bin(slant)] * pattern(fan, x, below, slant);
    if (watched) sighting_.facing += energy;
    energy *= part;
    for (const Screen& screen : screens_) {
      if (x > screen.x && elevation > screen.low && elevation < screen.high) energy = 0;
    }
    if (energy <= 0) continue;
    if (watched) {
      sighting_.lit += energy;
      sighting_.far_slant_m = std::max(sighting_.far_slant_m, far_slant);
    }
    deposit(near_slant, far_slant, energy);
  }
}

void Echo::sphere_echo(const Fan& fan, const Near& near, float offset, float weight) {
  constexpr int kFacets = 12;
  const Solid& solid = scene_.solids[near.solid];
  const auto radius = static_cast<float>(solid.settings().length_m / 2);
  const auto below = static_cast<float>(fan.sonar_m - solid.base_m() - solid.settings().mooring_m);
  const float slant = std::hypot(near.x, below);
  const float off = offset * acoustics_.footprint_m[bin(slant)] - near.y;
  if (std::abs(off) >= radius || slant <= radius || near.x <= 0) return;
  const float circle = std::sqrt(radius * radius - off * off);
  const float step = std::numbers::pi_v<float> / kFacets;
  for (int facet = 0; facet < kFacets; ++facet) {
    const float angle = (static_cast<float>(facet) + 0.5F) * step - std::numbers::pi_v<float> / 2;
    const float cosine = std::cos(angle) * circle / radius;
    const float range = slant - circle * std::cos(angle);
    const float energy = weight * radius * step * solid.reflectivity(cosine) *
                         acoustics_.per_area[bin(range)] * pattern(fan, near.x, below, slant);
    deposit(range, range, energy);
    if (watched_ == static_cast<std::ptrdiff_t>(near.solid)) {
      sighting_.facing += energy;
      sighting_.lit += energy;
      sighting_.far_slant_m = std::max(sighting_.far_slant_m, slant);
    }
  }
}

void Echo::rope_echo(const Fan& fan, const Near& near) {
  constexpr float kStep = 0.04F;
  constexpr float kArea = 0.012F * kStep;
  const Solid& solid = scene_.solids[near.solid];
  const auto length = static_cast<float>(solid.settings().mooring_m) * 2;
  for (float s = 0; s < length; s += kStep) {
    const float across = s * 0.5F;
    const float x = near.x + across * near.u_x;
    const float y = near.y + across * near.u_y;
    const auto below = static_cast<float>(fan.sonar_m - solid.base_m() - solid.proud_m()) - 0.87F * s;
    if (x <= 0 || below <= 0) continue;
    const float slant = std::hypot(x, below);
    const float footprint = acoustics_.footprint_m[bin(slant)];
    const float energy = acoustics_.per_area[bin(slant)] * kArea / footprint * solid.reflectivity(0.9F) *
                         beam_power(y / footprint) * pattern(fan, x, below, slant);
    deposit(slant, slant, energy);
  }
}

void Echo::trace(const Pose& pose, Side side, std::span<float> power) {
  power_ = power;
  const Fan here = fan(pose, side);
  water_echo(here, depth_m_ - here.sonar_m);
  walk_bottom(here);
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
