#include "sim/passes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace towfish::sim {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr float kLeastLit = 0.5F;
constexpr double kOnePass_s = 3;  // yaw can swing the fan over an object more than once

struct Bearing {
  double ahead_m;
  double starboard_m;
};

Bearing bearing(const Pose& pose, const Solid& solid) {
  const double east = solid.settings().east_m - pose.east_m;
  const double north = solid.settings().north_m - pose.north_m;
  const double sin = std::sin(pose.heading_deg * kDegree);
  const double cos = std::cos(pose.heading_deg * kDegree);
  const double pitched = pose.altitude_m * std::tan(pose.pitch_deg * kDegree);
  return {east * sin + north * cos - pitched, east * cos - north * sin};
}

/// Whether most of the pings about this one reached the record on that side.
bool recorded(const Faults& faults, std::uint64_t ping, Side side) {
  int lost = 0;
  for (std::uint64_t near = ping - std::min<std::uint64_t>(ping, 2); near <= ping + 2; ++near) {
    lost += faults.dropped(near) || faults.missing(near, side) ? 1 : 0;
  }
  return lost <= 2;
}

TruthLook look(const Solid& solid, std::uint32_t id, Side side, std::uint64_t ping, const Pose& pose,
               const Acoustics& acoustics, const Faults& faults, Echo& echo, const LocalPlane& plane) {
  const ObjectSettings& what = solid.settings();
  const Position position = plane.to_position({what.east_m, what.north_m});
  TruthLook look;
  look.truth_id = id;
  look.contact_class = solid.mine() ? ContactClass::milco : ContactClass::nombo;
  look.shape = name(what.shape);
  look.latitude_deg = position.latitude_deg;
  look.longitude_deg = position.longitude_deg;
  look.side = side;
  look.ping = ping;
  look.length_m = static_cast<float>(what.length_m);
  look.width_m = static_cast<float>(what.width_m);
  look.height_m = static_cast<float>(solid.moored() ? what.mooring_m + what.height_m / 2 : solid.proud_m());

  const Sighting sighting = echo.sight(pose, side, id - 1);
  const double far = static_cast<double>(sighting.far_slant_m) / acoustics.spacing_m;
  const auto samples = static_cast<double>(acoustics.gain.size());
  look.visible = pose.on_line && recorded(faults, ping, side) && sighting.lit > kLeastLit * sighting.facing &&
                 far < samples && sighting.lit > acoustics.noise;
  look.sample = static_cast<std::uint32_t>(std::clamp(far, 0.0, samples - 1));
  return look;
}

}  // namespace

std::vector<TruthLook> looks(std::span<const Pose> poses, const Scene& scene, const Acoustics& acoustics,
                             const Faults& faults, Echo& echo, const LocalPlane& plane) {
  std::vector<TruthLook> result;
  const double range_m = acoustics.spacing_m * static_cast<double>(acoustics.gain.size());
  const auto one_pass = static_cast<std::uint64_t>(kOnePass_s / acoustics.interval_s);
  for (std::size_t i = 0; i < scene.objects; ++i) {
    const Solid& solid = scene.solids[i];
    std::uint64_t free_from = 1;
    for (std::uint64_t ping = 1; ping < poses.size(); ++ping) {
      const Bearing before = bearing(poses[ping - 1], solid);
      const Bearing here = bearing(poses[ping], solid);
      if ((before.ahead_m > 0) == (here.ahead_m > 0) || ping < free_from) continue;
      if (std::hypot(here.starboard_m, poses[ping].altitude_m) > range_m) continue;
      const std::uint64_t nearest = std::abs(before.ahead_m) < std::abs(here.ahead_m) ? ping - 1 : ping;
      const Side side = here.starboard_m > 0 ? Side::starboard : Side::port;
      result.push_back(look(solid, static_cast<std::uint32_t>(i + 1), side, nearest, poses[nearest],
                            acoustics, faults, echo, plane));
      free_from = ping + one_pass;
    }
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const TruthLook& a, const TruthLook& b) { return a.ping < b.ping; });
  return result;
}

}  // namespace towfish::sim
