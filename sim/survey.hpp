#pragma once

#include <cstdint>
#include <vector>

#include "sim/vehicle.hpp"

namespace towfish::sim {

/// The vehicle's way through the survey as a function of time: straight lines and arcs at constant speed,
/// with its motion on top. Throws UsageError if there is a single way-point, or two in one place.
class Survey {
 public:
  Survey(const VehicleSettings& settings, std::uint64_t seed);

  [[nodiscard]] double length_m() const noexcept { return length_m_; }
  [[nodiscard]] double duration_s() const noexcept { return length_m_ / settings_.speed_mps; }

  /// Where the sonar is `time_s` after the start of the first line.
  [[nodiscard]] Pose pose(double time_s) const;

 private:
  struct Piece {
    double start_m;
    double length_m;
    double east_m;
    double north_m;
    double course_rad;
    double curvature;   ///< 1/m, + to starboard; 0 for a line.
    double altitude_m;  ///< At its start ...
    double end_altitude_m;
  };

  void add_line(const WaypointSettings& from, double course_rad, double length_m, double end_altitude_m);
  void add_arc(double course_rad, double turn_rad, double radius_m);
  [[nodiscard]] double wobble(std::uint64_t what, double time_s) const;

  VehicleSettings settings_;
  std::uint64_t seed_;
  std::vector<Piece> pieces_;
  double length_m_ = 0;
};

}  // namespace towfish::sim
