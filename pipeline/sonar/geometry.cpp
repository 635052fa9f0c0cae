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

// Azimuthal equidistant: distance and bearing from the origin are exact.
LocalPlane::Point LocalPlane::to_local(Position position) const {
  double metres = 0;
  double bearing = 0;
  double unused = 0;
  ellipsoid().Inverse(origin_.latitude_deg, origin_.longitude_deg, position.latitude_deg,
                      position.longitude_deg, metres, bearing, unused);
  return {metres * std::sin(bearing * kDegrees), metres * std::cos(bearing * kDegrees)};
}

Position LocalPlane::to_position(Point point) const {
  return destination(origin_, std::atan2(point.east_m, point.north_m) / kDegrees,
                     std::hypot(point.east_m, point.north_m));
}

}  // namespace towfish
