#include "sim/passes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

namespace towfish::sim {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr float kLeastLit = 0.5F;
constexpr double kOnePass_s = 3;  // yaw can swing the fan over an object more than once

/// The fan's plane at one ping: where it stands and which way the vehicle heads.
class Axes {
 public:
  explicit Axes(const Pose& pose)
      : east_(pose.east_m),
        north_(pose.north_m),
        sin_(std::sin(pose.heading_deg * kDegree)),
        cos_(std::cos(pose.heading_deg * kDegree)),
        pitched_(pose.altitude_m * std::tan(pose.pitch_deg * kDegree)) {}
  [[nodiscard]] double ahead_m(const Solid& solid) const {
    return (solid.settings().east_m - east_) * sin_ + (solid.settings().north_m - north_) * cos_ - pitched_;
  }
  [[nodiscard]] double starboard_m(const Solid& solid) const {
    return (solid.settings().east_m - east_) * cos_ - (solid.settings().north_m - north_) * sin_;
  }

 private:
  double east_, north_, sin_, cos_, pitched_;
};

/// How an object lay at the ping before.
struct Course {
  double ahead_m = 0;
  std::uint64_t free_from = 1;  ///< The ping from which on a crossing is another pass.
};

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

std::vector<TruthLook> looks(const std::function<Pose(std::uint64_t)>& pose, std::uint64_t pings,
                             const Scene& scene, const Acoustics& acoustics, const Faults& faults, Echo& echo,
                             const LocalPlane& plane) {
  std::vector<TruthLook> result;
  const double range_m = acoustics.spacing_m * static_cast<double>(acoustics.gain.size());
  const auto one_pass = static_cast<std::uint64_t>(kOnePass_s / acoustics.interval_s);
  std::vector<Course> courses(scene.objects);
  Pose before;
  for (std::uint64_t ping = 0; ping < pings; ++ping) {
    const Pose here = pose(ping);
    const Axes axes(here);
    for (std::size_t i = 0; i < scene.objects; ++i) {
      const Solid& solid = scene.solids[i];
      const double ahead = axes.ahead_m(solid);
      const double was = std::exchange(courses[i].ahead_m, ahead);
      if ((was > 0) == (ahead > 0) || ping < courses[i].free_from) continue;
      const double starboard = axes.starboard_m(solid);
      if (std::hypot(starboard, here.altitude_m) > range_m) continue;
      const bool earlier = std::abs(was) < std::abs(ahead);
      result.push_back(look(solid, static_cast<std::uint32_t>(i + 1),
                            starboard > 0 ? Side::starboard : Side::port, earlier ? ping - 1 : ping,
                            earlier ? before : here, acoustics, faults, echo, plane));
      courses[i].free_from = ping + one_pass;
    }
    before = here;
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const TruthLook& a, const TruthLook& b) { return a.ping < b.ping; });
  return result;
}

}  // namespace towfish::sim
