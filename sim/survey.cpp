#include "sim/survey.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pipeline/sonar/error.hpp"
#include "sim/random.hpp"

namespace towfish::sim {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

/// The corners of the pattern; lines are longer by the turn's radius at their inner ends, so that what
/// remains straight has the length asked for.
std::vector<WaypointSettings> corners(const LawnmowerSettings& survey) {
  const double forward_east = std::sin(survey.direction_deg * kDegree);
  const double forward_north = std::cos(survey.direction_deg * kDegree);
  std::vector<WaypointSettings> points;
  const auto add = [&](double along, double across) {
    points.push_back({survey.east_m + along * forward_east + across * forward_north,
                      survey.north_m + along * forward_north - across * forward_east, 0});
  };
  const double turn = survey.spacing_m / 2;
  for (int line = 0; line < survey.lines; ++line) {
    const double across = line * survey.spacing_m;
    const double before = line > 0 ? turn : 0;
    const double after = line + 1 < survey.lines ? turn : 0;
    const bool back = line % 2 == 1;
    add(back ? survey.length_m + before : -before, across);
    add(back ? -after : survey.length_m + after, across);
  }
  return points;
}

struct Leg {
  double course_rad;
  double length_m;
};

Leg leg(const WaypointSettings& from, const WaypointSettings& to) {
  const double east = to.east_m - from.east_m;
  const double north = to.north_m - from.north_m;
  const double length = std::hypot(east, north);
  if (length < 0.01) throw UsageError("vehicle.waypoints: two in a row are in one place; move or remove one");
  return {std::atan2(east, north), length};
}

}  // namespace

Survey::Survey(const VehicleSettings& settings, std::uint64_t seed) : settings_(settings), seed_(seed) {
  const bool pattern = settings.waypoints.empty();
  const auto points = pattern ? corners(settings.survey) : settings.waypoints;
  if (points.size() < 2) throw UsageError("vehicle.waypoints: found 1, wanted none or at least 2");
  const double wanted_radius = pattern ? settings.survey.spacing_m / 2 : settings.turn_radius_m;

  const auto altitude = [&](const WaypointSettings& at) {
    return at.altitude_m > 0 ? at.altitude_m : settings_.altitude_m;
  };
  double cut_m = 0;  // how much of the leg's start the corner before it has taken
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const Leg here = leg(points[i], points[i + 1]);
    double turn = 0;
    double next_cut_m = 0;
    if (i + 2 < points.size()) {
      const Leg next = leg(points[i + 1], points[i + 2]);
      turn = std::remainder(next.course_rad - here.course_rad, 2 * std::numbers::pi);
      const double longest = 0.5 * std::min(here.length_m, next.length_m);
      next_cut_m = std::min(wanted_radius * std::abs(std::tan(turn / 2)), longest);
    }
    const double start_altitude_m = pieces_.empty() ? altitude(points[0]) : pieces_.back().end_altitude_m;
    add_line({points[i].east_m + cut_m * std::sin(here.course_rad),
              points[i].north_m + cut_m * std::cos(here.course_rad), start_altitude_m},
             here.course_rad, here.length_m - cut_m - next_cut_m, altitude(points[i + 1]));
    if (next_cut_m > 1e-6) add_arc(here.course_rad, turn, next_cut_m / std::abs(std::tan(turn / 2)));
    cut_m = next_cut_m;
  }
}

void Survey::add_line(const WaypointSettings& from, double course_rad, double length_m,
                      double end_altitude_m) {
  pieces_.push_back({length_m_, std::max(length_m, 0.0), from.east_m, from.north_m, course_rad, 0,
                     from.altitude_m, end_altitude_m});
  length_m_ += pieces_.back().length_m;
}

void Survey::add_arc(double course_rad, double turn_rad, double radius_m) {
  const Piece line = pieces_.back();
  pieces_.push_back({length_m_, radius_m * std::abs(turn_rad),
                     line.east_m + line.length_m * std::sin(course_rad),
                     line.north_m + line.length_m * std::cos(course_rad), course_rad,
                     std::copysign(1 / radius_m, turn_rad), line.end_altitude_m, line.end_altitude_m});
  length_m_ += pieces_.back().length_m;
}

double Survey::wobble(std::uint64_t what, double time_s) const {
  constexpr double kPeriods[] = {0.71, 1.0, 1.43};
  double sum = 0;
  for (std::uint64_t wave = 0; wave < 3; ++wave) {
    const double phase = uniform(hash(seed_, what, wave), 0, 2 * std::numbers::pi);
    sum += std::sin(2 * std::numbers::pi * time_s / (kPeriods[wave] * settings_.motion.period_s) + phase);
  }
  return sum * std::sqrt(2.0 / 3);
}

Pose Survey::pose(double time_s) const {
  const double way = std::clamp(time_s * settings_.speed_mps, 0.0, length_m_);
  auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), way,
                                [](double at, const Piece& p) { return at < p.start_m; });
  --piece;
  const double s = way - piece->start_m;
  const double k = piece->curvature;
  const double course = piece->course_rad + k * s;
  Pose pose;
  if (k == 0) {
    pose.east_m = piece->east_m + s * std::sin(course);
    pose.north_m = piece->north_m + s * std::cos(course);
  } else {
    pose.east_m = piece->east_m + (std::cos(piece->course_rad) - std::cos(course)) / k;
    pose.north_m = piece->north_m + (std::sin(course) - std::sin(piece->course_rad)) / k;
  }
  const auto turned = [](double deg) { return deg - 360 * std::floor(deg / 360); };
  const MotionSettings& motion = settings_.motion;
  pose.on_line = k == 0;
  pose.course_deg = turned(course / kDegree);
  pose.heading_deg = turned(course / kDegree + settings_.crab_deg + motion.yaw_deg * wobble(1, time_s));
  pose.roll_deg = motion.roll_deg * wobble(2, time_s);
  pose.pitch_deg = motion.pitch_deg * wobble(3, time_s);
  pose.heave_m = motion.heave_m * wobble(4, time_s);
  const double done = piece->length_m > 0 ? s / piece->length_m : 0;
  pose.altitude_m = piece->altitude_m + done * (piece->end_altitude_m - piece->altitude_m) + pose.heave_m;
  return pose;
}

}  // namespace towfish::sim
