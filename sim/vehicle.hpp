#pragma once

#include <vector>

namespace towfish {

/// A point that the vehicle steers for, metres from the scenario's origin.
struct WaypointSettings {
  double east_m = 0;
  double north_m = 0;
  double altitude_m = 0;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("east_m", east_m, "m", -50000, 50000, "East of the origin.");
    v.number("north_m", north_m, "m", -50000, 50000, "North of the origin.");
    v.number("altitude_m", altitude_m, "m", 0, 200, "Reached here, steadily; 0: the vehicle's altitude_m.");
  }
};

/// Parallel lines, turning at their ends.
struct LawnmowerSettings {
  double east_m = 0;
  double north_m = 0;
  double direction_deg = 0;
  double length_m = 300;
  double spacing_m = 60;
  int lines = 1;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("east_m", east_m, "m", -50000, 50000, "Start, east of the origin.");
    v.number("north_m", north_m, "m", -50000, 50000, "Start, north of the origin.");
    v.number("direction_deg", direction_deg, "deg", 0, 360, "True bearing of the first line.");
    v.number("length_m", length_m, "m", 1, 100000, "Length of a line.");
    v.number("spacing_m", spacing_m, "m", 5, 2000, "From line to line, to starboard of the first.");
    v.number("lines", lines, "lines", 1, 1000, "How many lines.");
  }
};

/// Random motion about the steered course; each angle is a sum of three sines with seeded phases.
struct MotionSettings {
  double roll_deg = 0.6;
  double pitch_deg = 0.4;
  double yaw_deg = 0.4;
  double heave_m = 0.03;
  double period_s = 5;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("roll_deg", roll_deg, "deg", 0, 30, "Standard deviation of roll.");
    v.number("pitch_deg", pitch_deg, "deg", 0, 20, "Standard deviation of pitch.");
    v.number("yaw_deg", yaw_deg, "deg", 0, 20, "Standard deviation of yaw about the course.");
    v.number("heave_m", heave_m, "m", 0, 3, "Standard deviation of heave.");
    v.number("period_s", period_s, "s", 0.5, 60, "Typical period.");
  }
};

/// How the sonar is carried: along way-points if any are given, else a lawnmower pattern. Corners are
/// rounded; pings go on through the turns.
struct VehicleSettings {
  LawnmowerSettings survey;
  std::vector<WaypointSettings> waypoints;
  double turn_radius_m = 10;
  double speed_mps = 1.8;
  double altitude_m = 6;
  double crab_deg = 0;
  MotionSettings motion;

  template <class Visitor>
  void describe(Visitor& v) {
    v.group("survey", survey, "Parallel survey lines.");
    v.list("waypoints", waypoints, "Way-points instead of survey lines; none or at least two.");
    v.number("turn_radius_m", turn_radius_m, "m", 0.5, 500, "Of the corners at way-points.");
    v.number("speed_mps", speed_mps, "m/s", 0.1, 15, "Over ground.");
    v.number("altitude_m", altitude_m, "m", 0.5, 200, "Kept above the mean bottom.");
    v.number("crab_deg", crab_deg, "deg", -30, 30, "Heading minus course, as a cross current makes it.");
    v.group("motion", motion, "Motion in the waves.");
  }
};

namespace sim {

/// Where the sonar is and how it lies.
struct Pose {
  double east_m = 0;
  double north_m = 0;
  double altitude_m = 0;  ///< Above the mean bottom plane, heave included.
  double heading_deg = 0;
  double course_deg = 0;
  double pitch_deg = 0;  ///< + bow up.
  double roll_deg = 0;   ///< + starboard down.
  double heave_m = 0;    ///< + up.
  bool on_line = true;   ///< False in a turn.
};

}  // namespace sim
}  // namespace towfish
