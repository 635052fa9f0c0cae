#include "pipeline/fusion/placement.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace towfish {

namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kSteepestPitchDeg = 45;  ///< A steeper one is a fault of the sensor.

double square(double value) noexcept {
  return value * value;
}

double altitude_of(const Detection& detection) noexcept {
  return std::isfinite(detection.altitude_m) ? detection.altitude_m : detection.at.altitude_m;
}

struct Range {
  double ground_m;
  double sigma_m;
};

Range ground_range(double slant_m, double altitude_m, double height_m, double cos_pitch,
                   const PlacementSettings& settings) noexcept {
  if (!std::isfinite(altitude_m) || altitude_m <= 0)
    return {slant_m, slant_m * (1 - std::sqrt(1 - 1.0 / 16))};
  const double echo_height = std::isfinite(height_m) && height_m > 0 ? std::min(height_m, altitude_m) / 2 : 0;
  const double drop = (altitude_m - echo_height) / cos_pitch;
  const double ground = std::sqrt(std::max(square(slant_m) - square(drop), 0.0));
  // Next to nadir the derivatives grow without bound: the uncertainty there is that of the altitude itself.
  const double safe = std::max(ground, drop / 4);
  const double by_altitude = settings.altitude_sigma * square(altitude_m) / safe;
  const double by_sound_speed = settings.range_sigma * square(slant_m) / safe;
  return {ground, std::hypot(by_altitude, by_sound_speed)};
}

double behind_highlight(const Detection& detection, const PlacementSettings& settings) noexcept {
  if (!std::isfinite(detection.width_m)) return 0;
  return std::max(settings.object_depth_m - detection.width_m, 0.0F) / 2;
}

Covariance turned(double along2, double across2, double s, double c, double navigation2) noexcept {
  return {along2 * s * s + across2 * c * c + navigation2, along2 * c * c + across2 * s * s + navigation2,
          (along2 - across2) * s * c};
}

}  // namespace

Placement place(const Detection& detection, const Fix& fix, const PlacementSettings& settings) {
  const double altitude = altitude_of(detection);
  const bool pitch_known = std::abs(detection.at.pitch_deg) <= kSteepestPitchDeg;
  const double pitch = pitch_known ? detection.at.pitch_deg * kRadians : 0;
  const Range range =
      ground_range(detection.slant_range_m, altitude, detection.height_m, std::cos(pitch), settings);
  Placement placed;
  placed.ground_range_m = std::isfinite(altitude) ? static_cast<float>(range.ground_m) : kUnknown;
  if (!fix.complete()) return placed;

  const double height = std::isfinite(altitude) ? altitude : 0;
  const double ahead = height * std::tan(pitch);
  const double middle_m = range.ground_m + behind_highlight(detection, settings);
  const double out = detection.side == Side::starboard ? middle_m : -middle_m;
  const double sin_heading = std::sin(fix.heading_deg * kRadians);
  const double cos_heading = std::cos(fix.heading_deg * kRadians);
  placed.position =
      LocalPlane(fix.position)
          .to_position({ahead * sin_heading + out * cos_heading, ahead * cos_heading - out * sin_heading});

  const double pick2 = square(settings.pick_sigma_m);
  // How much of an object was lit says how well its middle is known.
  const double lit_m = std::isfinite(detection.length_m) ? detection.length_m : 0;
  const double along2 = square(settings.heading_sigma_deg * kRadians * range.ground_m) +
                        square(settings.pitch_sigma_deg * kRadians * height) + pick2 + square(lit_m / 4);
  const double across2 = square(range.sigma_m) + pick2 + square(settings.object_depth_sigma_m / 2);
  placed.covariance = turned(along2, across2, sin_heading, cos_heading, square(fix.sigma_m));
  return placed;
}

}  // namespace towfish
