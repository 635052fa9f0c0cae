#include "pipeline/evaluation/bottom_map.hpp"

#include <cmath>
#include <numbers>

#include "pipeline/sonar/geometry.hpp"

namespace towfish::evaluation {

namespace {

std::string name_of(const BottomSettings& bottom, bool rocks) {
  std::string name;
  for (const auto& [label, sediment] : kSediments) {
    if (sediment == bottom.sediment) name = label;
  }
  if (bottom.ripple_height_m > 0) name += " ripples";
  if (rocks) name += " rocks";
  return name;
}

bool holds(const PatchSettings& patch, const LocalPlane::Point& place) {
  const double east = place.east_m - patch.east_m;
  const double north = place.north_m - patch.north_m;
  const double bearing = patch.direction_deg * std::numbers::pi / 180;
  const double along = east * std::sin(bearing) + north * std::cos(bearing);
  const double across = east * std::cos(bearing) - north * std::sin(bearing);
  return std::hypot(along / (0.5 * patch.length_m), across / (0.5 * patch.width_m)) <= 1;
}

}  // namespace

BottomAt bottom_map(const Scenario& scenario) {
  const LocalPlane plane({scenario.latitude_deg, scenario.longitude_deg});
  const bool rocks = scenario.seabed.rocks.per_100_m2 > 0;
  return [plane, rocks, seabed = scenario.seabed](double latitude_deg, double longitude_deg) {
    const auto place = plane.to_local({latitude_deg, longitude_deg});
    const BottomSettings* bottom = &seabed.ground;
    for (const PatchSettings& patch : seabed.patches) {
      if (holds(patch, place)) bottom = &patch.bottom;
    }
    return name_of(*bottom, rocks);
  };
}

}  // namespace towfish::evaluation
