#pragma once

#include <cstdint>

#include "sim/object.hpp"

namespace towfish::sim {

/// A body standing on the bottom (or moored above it) with its acoustic surface.
///
/// Bodies on the bottom are heights over a local plane, u along their length and v to the right of it; what
/// lies under an overhang is filled, which a side-scan sonar above cannot tell.
class Solid {
 public:
  Solid(const ObjectSettings& settings, double base_m);

  /// Height above the bottom at (u, v) metres from its middle; 0 or less where it is not.
  [[nodiscard]] float height_at(float u, float v) const noexcept;
  /// Echo per unit area at this cosine between ray and outward normal: Lambert's law and a specular lobe.
  [[nodiscard]] float reflectivity(float cosine) const noexcept;

  [[nodiscard]] const ObjectSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] bool moored() const noexcept { return settings_.shape == Shape::sphere; }
  [[nodiscard]] bool mine() const noexcept { return settings_.shape <= Shape::sphere; }
  /// Height of its foot above the datum of the bottom's heights.
  [[nodiscard]] double base_m() const noexcept { return base_m_; }
  /// What stands out of the bottom.
  [[nodiscard]] double proud_m() const noexcept { return settings_.height_m * (1 - settings_.burial); }
  [[nodiscard]] float reach_m() const noexcept { return reach_m_; }
  [[nodiscard]] double sin_heading() const noexcept { return sin_; }
  [[nodiscard]] double cos_heading() const noexcept { return cos_; }

 private:
  [[nodiscard]] float shape_height(float u, float v) const noexcept;

  ObjectSettings settings_;  ///< With no size left 0.
  double base_m_;
  double sin_;
  double cos_;
  float reach_m_;
  float diffuse_;
  float specular_;
  std::uint64_t seed_;  ///< Of a rock's form.
};

}  // namespace towfish::sim
