#include "sim/survey.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace towfish::sim {
namespace {

VehicleSettings steady() {
  VehicleSettings vehicle;
  vehicle.motion = {.roll_deg = 0, .pitch_deg = 0, .yaw_deg = 0, .heave_m = 0};
  vehicle.speed_mps = 2;
  return vehicle;
}

TEST(Survey, LinesHaveTheirLengthAndTurnsAreHalfCircles) {
  VehicleSettings vehicle = steady();
  vehicle.survey = {.length_m = 100, .spacing_m = 40, .lines = 3};
  const Survey survey(vehicle, 1);
  EXPECT_NEAR(survey.length_m(), 300 + 2 * std::numbers::pi * 20, 1e-6);
  EXPECT_NEAR(survey.pose(50).north_m, 100, 1e-6);
  const double second = (100 + std::numbers::pi * 20) / 2;
  EXPECT_NEAR(survey.pose(second).north_m, 100, 1e-6);
  EXPECT_NEAR(survey.pose(second).east_m, 40, 1e-6);
  EXPECT_NEAR(survey.pose(second + 1).course_deg, 180, 1e-6);
  EXPECT_TRUE(survey.pose(25).on_line);
  EXPECT_FALSE(survey.pose(60).on_line);
}

TEST(Survey, TheWayHasNoJumpsAndConstantSpeed) {
  VehicleSettings vehicle = steady();
  vehicle.waypoints = {
      {.east_m = 0, .north_m = 0}, {.east_m = 60, .north_m = 10}, {.east_m = 50, .north_m = 80}};
  const Survey survey(vehicle, 1);
  for (double t = 0; t + 0.05 < survey.duration_s(); t += 0.05) {
    const Pose a = survey.pose(t);
    const Pose b = survey.pose(t + 0.05);
    EXPECT_NEAR(std::hypot(b.east_m - a.east_m, b.north_m - a.north_m), 0.1, 0.001) << t;
  }
  EXPECT_NEAR(survey.pose(survey.duration_s()).east_m, 50, 1e-6);
  EXPECT_NEAR(survey.pose(survey.duration_s()).north_m, 80, 1e-6);
}

TEST(Survey, AltitudeGoesSteadilyFromWaypointToWaypoint) {
  VehicleSettings vehicle = steady();
  vehicle.waypoints = {{.altitude_m = 10}, {.east_m = 100, .altitude_m = 4}};
  const Survey survey(vehicle, 1);
  EXPECT_NEAR(survey.pose(25).altitude_m, 7, 1e-9);
}

TEST(Survey, CrabTurnsTheHeadingAndNotTheCourse) {
  VehicleSettings vehicle = steady();
  vehicle.crab_deg = -5;
  const Pose pose = Survey(vehicle, 1).pose(10);
  EXPECT_NEAR(pose.course_deg, 0, 1e-9);
  EXPECT_NEAR(pose.heading_deg, 355, 1e-9);
}

TEST(Survey, MotionHasTheSpreadAskedFor) {
  VehicleSettings vehicle = steady();
  vehicle.motion.roll_deg = 2;
  vehicle.survey.length_m = 10000;
  const Survey survey(vehicle, 1);
  double power = 0;
  for (int i = 0; i < 20000; ++i) power += std::pow(survey.pose(0.2 * i).roll_deg, 2) / 20000;
  EXPECT_NEAR(std::sqrt(power), 2, 0.1);
}

}  // namespace
}  // namespace towfish::sim
