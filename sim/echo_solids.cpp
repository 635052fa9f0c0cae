#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/echo.hpp"

/// The part of Echo that deals with solids: standing on the bottom, moored above it, roped to it.
namespace towfish::sim {

void Echo::find_near(const Fan& fan) {
  near_.clear();
  const float widest = kHalfBeam * acoustics_.footprint_m.back();
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
  const auto half_length = static_cast<float>(solid.settings().length_m / 2);
  const auto half_width = static_cast<float>(solid.settings().width_m / 2);
  auto k = static_cast<std::size_t>(std::lower_bound(x_.begin(), x_.end(), near.x - reach) - x_.begin());
  for (; k < x_.size() && x_[k] < near.x + reach; ++k) {
    const float dx = x_[k] - near.x;
    const float dy = offset * footprint_at(k) - near.y;
    const float u = dx * near.u_x + dy * near.u_y;
    const float v = dx * near.v_x + dy * near.v_y;
    const float height = solid.height_at(u, v);
    if (scoured && height <= 0) {
      const float off =
          std::hypot(std::max(std::abs(u) - half_length, 0.0F), std::max(std::abs(v) - half_width, 0.0F)) /
          static_cast<float>(scour_reach_m_);
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

}  // namespace towfish::sim
