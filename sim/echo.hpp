#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "pipeline/sonar/side.hpp"
#include "sim/acoustics.hpp"
#include "sim/bottom.hpp"
#include "sim/scene.hpp"
#include "sim/vehicle.hpp"

namespace towfish::sim {

/// How much of a solid one ping sees.
struct Sighting {
  float facing = 0;       ///< Echo of its facets that face the sonar, as if nothing stood before them.
  float lit = 0;          ///< Echo of those that really are ensonified.
  float far_slant_m = 0;  ///< Slant range of the far edge of what is lit: here its shadow begins.
  float strongest = 0;    ///< Largest echo power of one sample.
};

/// Half-width of the beam, in footprints, beyond which nothing is seen but through side lobes.
inline constexpr float kHalfBeam = 0.72F;

/// Two-way power of a Gaussian beam with half its one-way power at +-0.5 footprints.
inline float beam_power(float off_axis_footprints) {
  return std::exp(-8 * std::numbers::ln2_v<float> * off_axis_footprints * off_axis_footprints);
}

/// Mean echo powers of a ping, by ray geometry over the bottom's heights with the solids standing on it.
///
/// The fan of one side is a vertical plane across the vehicle's heading. The bottom under it is walked from
/// nadir outward, one facet a sample: a facet is in shadow where something nearer reaches a higher elevation
/// angle as seen from the sonar. Each facet adds its echo at its own slant range, so layover comes by itself.
/// Near solids the fan is split into rays fanned out over the beam's width, so that objects and shadows smear
/// along track as the beam widens. Threads: one thread.
class Echo {
 public:
  Echo(const SonarSettings& sonar, const WaterSettings& water, const SeabedSettings& seabed,
       const Acoustics& acoustics, const Bottom& bottom, const Scene& scene);

  /// Fills `power` (one a sample, uPa^2) with the mean echo of `side`.
  void trace(const Pose& pose, Side side, std::span<float> power);

  /// What a ping sees of the solid.
  [[nodiscard]] Sighting sight(const Pose& pose, Side side, std::size_t solid);

  /// Height of the sonar above the bottom right below it.
  [[nodiscard]] double altitude_m(const Pose& pose);

 private:
  /// One of the rays over the beam's width: how far off the axis, in footprints, and its share of the power.
  struct Ray {
    float offset, share;
  };
  /// The fan's plane: the sonar stands above (east, north), `sonar_m` above the datum of heights.
  struct Fan {
    double east, north, sonar_m;
    double look_east, look_north;        ///< Unit vector across track.
    double forward_east, forward_north;  ///< Unit vector along track.
    float sin_tilt, cos_tilt;
  };
  struct Near {
    std::size_t solid;
    float x, y;      ///< Its middle: across track, along track.
    float u_x, u_y;  ///< Its length's direction in (across, along).
    float v_x, v_y;  ///< To the right of that.
  };
  /// The ground or a solid's surface between two edges of the walk.
  struct Facet {
    float x, below, slant;  ///< Of its middle, from the sonar.
    float slope;
    const Near* near;  ///< Whose surface it is; nullptr for the ground.
  };
  struct Screen {
    float x, low, high;  ///< What lies beyond x with an elevation tangent between is hidden.
  };

  [[nodiscard]] Fan fan(const Pose& pose, Side side) const;
  void water_echo(const Fan& fan, double depth_m);
  void walk_bottom(const Fan& fan);
  void find_near(const Fan& fan);
  void stand_solids(const Fan& fan, float offset);
  void stand(const Near& near, const Fan& fan, float offset);
  /// Echo of the bottom outside the main lobe, which fills the shadows a little.
  void sidelobe_echo(const Fan& fan);
  void march(const Fan& fan, float offset, float weight);
  [[nodiscard]] Facet facet(std::size_t k) const;
  [[nodiscard]] float facet_echo(const Fan& fan, const Facet& facet, std::size_t k, float offset) const;
  [[nodiscard]] bool screened(float x, float elevation) const;
  void sphere_echo(const Fan& fan, const Near& near, float offset, float weight);
  void rope_echo(const Fan& fan, const Near& near);
  [[nodiscard]] float solid_strength(std::size_t k, float offset, float slope, float to_sonar_x,
                                     float to_sonar_z) const;
  void deposit(float from_m, float to_m, float energy);
  [[nodiscard]] std::size_t bin(float slant_m) const;
  [[nodiscard]] float footprint_at(std::size_t edge) const;
  [[nodiscard]] float pattern(const Fan& fan, float x, float below, float slant) const;

  double tilt_rad_;
  float range_m_;
  float sidelobe_;
  double depth_m_;
  double scour_depth_m_;
  double scour_reach_m_;
  const Acoustics& acoustics_;
  const Scene& scene_;
  Bottom bottom_;
  std::vector<Ray> rays_;
  std::span<float> power_;
  std::size_t first_bin_ = 0;           ///< Of the facet edge at nadir.
  std::vector<float> x_, ground_, mu_;  ///< Facet edges across track, their heights, Lambert coefficient.
  std::vector<float> height_;           ///< With the solids.
  std::vector<std::int32_t> owner_;     ///< Index into near_ of the solid at an edge, -1 for the ground.
  std::vector<Near> near_;
  std::vector<Screen> screens_;
  std::vector<float> scratch_;
  std::ptrdiff_t watched_ = -1;
  Sighting sighting_;
};

}  // namespace towfish::sim
