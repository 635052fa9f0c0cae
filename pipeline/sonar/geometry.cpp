#include "pipeline/sonar/geometry.hpp"

#include <GeographicLib/Geodesic.hpp>
#include <numbers>

namespace towfish {

namespace {
const GeographicLib::Geodesic& ellipsoid() {
  return GeographicLib::Geodesic::WGS84();
}
constexpr double kDegrees = std::numbers::pi / 180.0;
}  // namespace

Position destination(Position from, double bearing_deg, double distance) {
  Position to{};
  ellipsoid().Direct(from.latitude_deg, from.longitude_deg, bearing_deg, distance, to.latitude_deg,
                     to.longitude_deg);
  return to;
}

double distance_m(Position from, Position to) {
  double metres = 0;
  ellipsoid().Inverse(from.latitude_deg, from.longitude_deg, to.latitude_deg, to.longitude_deg, metres);
  return metres;
}

namespace {

constexpr double kSemiMajorM = 6378137;
constexpr double kFlattening = 1 / 298.257223563;
constexpr double kEccentricity2 = kFlattening * (2 - kFlattening);
constexpr double kShortM = 2000;
constexpr double kShortLatitudeDeg = 80;
constexpr double kShortStepRad = kShortM / 6.3e6;

}  // namespace

/// What Gauss's formulas need at the latitude halfway between two places (Bomford, Geodesy, 4th ed., 2.15).
struct LocalPlane::MidLatitude {
  double sin;
  double meridian_m;  ///< Metres a radian of latitude,
  double parallel_m;  ///< and of longitude.
};

LocalPlane::LocalPlane(Position origin) noexcept
    : origin_(origin),
      sin_latitude_(std::sin(origin.latitude_deg * kDegrees)),
      cos_latitude_(std::cos(origin.latitude_deg * kDegrees)) {}

LocalPlane::MidLatitude LocalPlane::mid_latitude(double half_difference_rad) const noexcept {
  // Series of the sine and cosine of less than a thousandth of a radian.
  const double sin_step =
      half_difference_rad - half_difference_rad * half_difference_rad * half_difference_rad / 6;
  const double cos_step = 1 - half_difference_rad * half_difference_rad / 2;
  const double sine = sin_latitude_ * cos_step + cos_latitude_ * sin_step;
  const double cosine = cos_latitude_ * cos_step - sin_latitude_ * sin_step;
  const double rounder = 1 / std::sqrt(1 - kEccentricity2 * sine * sine);
  const double normal = kSemiMajorM * rounder;
  return {sine, normal * (1 - kEccentricity2) * rounder * rounder, normal * cosine};
}

LocalPlane::Point LocalPlane::to_local(Position position) const {
  const double north_rad = (position.latitude_deg - origin_.latitude_deg) * kDegrees;
  double east_deg = position.longitude_deg - origin_.longitude_deg;
  if (std::abs(east_deg) > 180) east_deg = std::remainder(east_deg, 360.0);
  const double east_rad = east_deg * kDegrees;
  if (std::abs(north_rad) < kShortStepRad && std::abs(east_rad) * cos_latitude_ < kShortStepRad &&
      std::abs(origin_.latitude_deg) < kShortLatitudeDeg) {
    const MidLatitude middle = mid_latitude(north_rad / 2);
    const double east = east_rad * middle.parallel_m;
    const double north = north_rad * middle.meridian_m;
    const double turn = east_rad * middle.sin / 2;  // Of the bearing, from the origin to halfway.
    const double straight = 1 - turn * turn / 2;
    return {east * straight - north * turn, north * straight + east * turn};
  }
  double metres = 0;
  double bearing = 0;
  double unused = 0;
  ellipsoid().Inverse(origin_.latitude_deg, origin_.longitude_deg, position.latitude_deg,
                      position.longitude_deg, metres, bearing, unused);
  return {metres * std::sin(bearing * kDegrees), metres * std::cos(bearing * kDegrees)};
}

double LocalPlane::distance_m(Position position) const {
  const Point point = to_local(position);
  return std::hypot(point.east_m, point.north_m);
}

Position LocalPlane::to_position(Point point) const {
  if (std::abs(point.east_m) < kShortM && std::abs(point.north_m) < kShortM &&
      std::abs(origin_.latitude_deg) < kShortLatitudeDeg) {
    double north_rad = 0;
    double east_rad = 0;
    double turn = 0;
    for (int round = 0; round < 3; ++round) {  // Each is three decimals nearer.
      const MidLatitude middle = mid_latitude(north_rad / 2);
      const double straight = 1 - turn * turn / 2;
      east_rad = (point.east_m * straight + point.north_m * turn) / middle.parallel_m;
      north_rad = (point.north_m * straight - point.east_m * turn) / middle.meridian_m;
      turn = east_rad * middle.sin / 2;
    }
    double longitude = origin_.longitude_deg + east_rad / kDegrees;
    if (std::abs(longitude) > 180) longitude = std::remainder(longitude, 360.0);
    return {origin_.latitude_deg + north_rad / kDegrees, longitude};
  }
  return destination(origin_, std::atan2(point.east_m, point.north_m) / kDegrees,
                     std::hypot(point.east_m, point.north_m));
}

}  // namespace towfish
