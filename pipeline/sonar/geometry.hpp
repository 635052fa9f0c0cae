#pragma once

#include <cmath>
#include <limits>

#include "pipeline/sonar/side.hpp"

namespace towfish {

/// Flat-bottom slant correction g = sqrt(R^2 - H^2); NaN inside the water column (R < H).
inline float ground_range_m(float slant_range_m, float altitude_m) noexcept {
  return std::sqrt(slant_range_m * slant_range_m - altitude_m * altitude_m);
}

/// Height of an object from its shadow, h = H Ls / Re on a flat bottom, with Re the range of the shadow's far
/// end and Ls its length, both slant or both ground.
inline float height_from_shadow_m(float altitude_m, float shadow_length_m, float shadow_end_m) noexcept {
  return altitude_m * shadow_length_m / shadow_end_m;
}

/// Slant length of the shadow of an object of this height whose highlight's far edge is at `slant_range_m`:
/// the inverse of height_from_shadow_m. Infinite for an object as high as the sonar.
inline float shadow_length_m(float altitude_m, float height_m, float slant_range_m) noexcept {
  return height_m < altitude_m ? slant_range_m * height_m / (altitude_m - height_m)
                               : std::numeric_limits<float>::infinity();
}

struct Position {
  double latitude_deg;
  double longitude_deg;
};

/// The point `distance_m` from `from` along the geodesic that leaves at `bearing_deg` (true).
Position destination(Position from, double bearing_deg, double distance_m);

/// Length of the WGS 84 geodesic.
double distance_m(Position from, Position to);

/// Metres east and north of an origin: the azimuthal equidistant projection of the WGS 84 ellipsoid, in which
/// distance and bearing from the origin are exact.
///
/// Within 2 km of the origin, and below 80 degrees of latitude, Gauss's mid-latitude formulas take the place
/// of the geodesic at a twentieth of its cost; they are true to 1 mm there.
class LocalPlane {
 public:
  struct Point {
    double east_m;
    double north_m;
  };
  explicit LocalPlane(Position origin) noexcept;
  [[nodiscard]] Point to_local(Position position) const;
  [[nodiscard]] Position to_position(Point point) const;
  /// From the origin.
  [[nodiscard]] double distance_m(Position position) const;

 private:
  struct MidLatitude;
  [[nodiscard]] MidLatitude mid_latitude(double half_difference_rad) const noexcept;

  Position origin_;
  double sin_latitude_;
  double cos_latitude_;
};

/// True bearing in which `side` looks on this heading.
inline double look_bearing_deg(double heading_deg, Side side) noexcept {
  return std::fmod(heading_deg + (side == Side::port ? 270.0 : 90.0), 360.0);
}

}  // namespace towfish
