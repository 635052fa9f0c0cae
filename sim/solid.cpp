#include "sim/solid.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/random.hpp"

namespace towfish::sim {
namespace {

/// Usual sizes (fact sheets and trials papers on exercise mines; clutter by eye) and surfaces. `diffuse_db`
/// is the Lambert coefficient, `specular_db` the echo of a facet that faces the sonar.
struct Usual {
  double length_m;
  double width_m;
  double height_m;
  double diffuse_db;
  double specular_db;
};

Usual usual(Shape shape) {
  switch (shape) {
    case Shape::cylinder:
      return {1.8, 0.5, 0.5, -30, -19};
    case Shape::truncated_cone:
      return {0.98, 0.98, 0.46, -28, -20};
    case Shape::wedge:
      return {1.02, 0.80, 0.39, -28, -19};
    case Shape::sphere:
      return {0.9, 0.9, 0.9, -26, -19};
    case Shape::rock:
      return {1.1, 0.8, 0.5, -22, -20};
    case Shape::tyre:
      return {0.7, 0.7, 0.22, -30, -25};
    case Shape::anchor:
      return {1.5, 0.9, 0.35, -27, -21};
    case Shape::pipe:
      return {6.0, 0.3, 0.3, -30, -19};
    case Shape::crab_pot:
      return {0.8, 0.8, 0.4, -31, -27};
    case Shape::wreck:
      return {14.0, 4.0, 1.8, -23, -17};
  }
  return {};
}

constexpr float kSinker_m = 0.5F;  // a moored sphere's anchor, a block

float ellipse(float u, float v, float length, float width) {
  return 4 * (u * u / (length * length) + v * v / (width * width));
}

}  // namespace

Solid::Solid(const ObjectSettings& settings, double base_m) : settings_(settings), base_m_(base_m) {
  const Usual size = usual(settings.shape);
  if (settings_.length_m <= 0) settings_.length_m = size.length_m;
  if (settings_.width_m <= 0) settings_.width_m = size.width_m;
  if (settings_.height_m <= 0) settings_.height_m = size.height_m;
  const double heading = settings.heading_deg * std::numbers::pi / 180;
  sin_ = std::sin(heading);
  cos_ = std::cos(heading);
  reach_m_ = static_cast<float>(0.5 * std::hypot(settings_.length_m, settings_.width_m));
  diffuse_ = static_cast<float>(std::pow(10, (size.diffuse_db + settings.reflectivity_db) / 10));
  specular_ = static_cast<float>(std::pow(10, (size.specular_db + settings.reflectivity_db) / 10));
  seed_ = hash(static_cast<std::uint64_t>(std::llround(settings.east_m * 1000)),
               static_cast<std::uint64_t>(std::llround(settings.north_m * 1000)));
}

float Solid::reflectivity(float cosine) const noexcept {
  constexpr float kLobe = 0.15F;  // half-width in radians of the specular lobe of an encrusted surface
  const float square = cosine * cosine;
  return diffuse_ * square + specular_ * std::exp((square - 1) / (kLobe * kLobe));
}

float Solid::height_at(float u, float v) const noexcept {
  const float height = shape_height(u, v);
  return height > 0 ? height - static_cast<float>(settings_.burial * settings_.height_m) : 0;
}

float Solid::shape_height(float u, float v) const noexcept {
  const auto length = static_cast<float>(settings_.length_m);
  const auto width = static_cast<float>(settings_.width_m);
  const auto height = static_cast<float>(settings_.height_m);
  const bool in_box = std::abs(u) < length / 2 && std::abs(v) < width / 2;
  switch (settings_.shape) {
    case Shape::cylinder:
    case Shape::pipe: {
      const float x = 2 * v / width;
      return in_box ? 0.5F * height * (1 + std::sqrt(1 - x * x)) : 0;
    }
    case Shape::truncated_cone: {
      const float radius = std::sqrt(ellipse(u, v, length, width));
      return radius < 1 ? height * std::min(1.0F, (1 - radius) / 0.45F + 0.05F) : 0;
    }
    case Shape::wedge:
      return in_box ? height * (0.15F + 0.85F * (0.5F - u / length)) : 0;
    case Shape::sphere:
      return 0;
    case Shape::rock: {
      const float bumps = 1 + 0.18F * std::sin(7 * u / length + static_cast<float>(uniform(seed_)) * 6) *
                                  std::sin(8 * v / width + static_cast<float>(uniform(mix(seed_))) * 6);
      const float inside = 1 - ellipse(u, v, length * bumps, width * bumps);
      return inside > 0 ? height * bumps * std::sqrt(inside) / 1.18F : 0;
    }
    case Shape::tyre: {
      const float tube = height / 2;
      const float off = std::hypot(u, v) - (length / 2 - tube);
      return std::abs(off) < tube ? tube + std::sqrt(tube * tube - off * off) : 0;
    }
    case Shape::anchor: {
      const bool shank = std::abs(v) < 0.06F && std::abs(u) < length / 2;
      const bool flukes = std::abs(u + 0.42F * length) < 0.1F && std::abs(v) < width / 2;
      return flukes ? height * (0.4F + 1.2F * std::abs(v) / width) : shank ? 0.3F * height : 0;
    }
    case Shape::crab_pot:
      return in_box ? height : 0;
    case Shape::wreck: {
      if (!in_box) return 0;
      const float along = u / length + 0.5F;  // the stern stands, the bow has broken down
      const bool house = std::abs(along - 0.3F) < 0.1F && std::abs(v) < 0.3F * width;
      const float rail = std::abs(v) > 0.44F * width ? 0.25F : 0;
      return height * ((along > 0.75F ? 0.35F : 0.6F) + rail + (house ? 0.4F : 0));
    }
  }
  return 0;
}

}  // namespace towfish::sim
