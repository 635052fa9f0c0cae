#include "pipeline/fusion/placement.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace towfish {
namespace {

Detection detection(float slant_range_m, float altitude_m, Side side) {
  Detection d;
  d.slant_range_m = slant_range_m;
  d.altitude_m = altitude_m;
  d.side = side;
  return d;
}

const Fix kFix{{58.0, 11.0}, 30.0, 1.0};

TEST(Placement, IsTheWorkedExample) {
  // formats.md 4.1: sensor 58.0, 11.0, heading 30 deg, altitude 10, slant range 50, starboard.
  const Placement placed = place(detection(50, 10, Side::starboard), kFix, {});
  EXPECT_NEAR(placed.ground_range_m, 48.9898, 1e-4);
  EXPECT_NEAR(placed.position.latitude_deg, 57.9997800735, 2e-8);
  EXPECT_NEAR(placed.position.longitude_deg, 11.0007174760, 2e-8);
}

TEST(Placement, PortLiesOppositeToStarboard) {
  const Placement port = place(detection(50, 10, Side::port), kFix, {});
  const Placement starboard = place(detection(50, 10, Side::starboard), kFix, {});
  EXPECT_NEAR(distance_m(port.position, starboard.position), 2 * 48.9898, 1e-3);
}

TEST(Placement, BowUpMovesTheFanAhead) {
  Detection d = detection(50, 10, Side::starboard);
  const Placement level = place(d, kFix, {});
  d.at.pitch_deg = 5;
  const Placement pitched = place(d, kFix, {});
  const auto shift = LocalPlane(level.position).to_local(pitched.position);
  const double ahead = shift.east_m * std::sin(M_PI / 6) + shift.north_m * std::cos(M_PI / 6);
  EXPECT_NEAR(ahead, 10 * std::tan(5 * M_PI / 180), 0.01);
}

TEST(Placement, ErrorGrowsWithRangeAlongTheTrackAndTowardsNadirAcross) {
  PlacementSettings settings;
  settings.navigation_sigma_m = 0;
  const Fix north{{58.0, 11.0}, 0.0, 0.0};
  const Placement near = place(detection(12, 10, Side::starboard), north, settings);
  const Placement far = place(detection(50, 10, Side::starboard), north, settings);
  EXPECT_GT(far.covariance.north2, 4 * near.covariance.north2);
  EXPECT_GT(near.covariance.east2, 2 * far.covariance.east2);
  EXPECT_NEAR(std::sqrt(far.covariance.north2), std::hypot(48.9898 * M_PI / 180, 10 * M_PI / 180, 0.25),
              1e-3);
}

TEST(Placement, MiddleOfAnObjectIsBehindItsNearFace) {
  Detection d = detection(50, 10, Side::starboard);
  d.width_m = 0.2F;
  const auto middle = [&](const Fix& fix) { return place(d, fix, {}).position; };
  EXPECT_NEAR(distance_m(middle(kFix), kFix.position), 48.9898 + 0.4, 1e-3) << "half of 1 m less 0.2 m";
  d.width_m = 3;
  EXPECT_NEAR(distance_m(middle(kFix), kFix.position), 48.9898, 1e-3) << "all of it was lit";
}

TEST(Placement, MiddleOfALongObjectIsLessSure) {
  Detection d = detection(50, 10, Side::starboard);
  const Fix north{{58.0, 11.0}, 0.0, 0.0};
  d.length_m = 4;
  const double north2 = place(d, north, {}).covariance.north2;
  d.length_m = 0;
  EXPECT_NEAR(north2 - place(d, north, {}).covariance.north2, 1.0, 1e-6);
}

TEST(Placement, WithoutAltitudeTheErrorSaysSo) {
  const Placement known = place(detection(50, 10, Side::starboard), kFix, {});
  const Placement unknown = place(detection(50, kUnknown, Side::starboard), kFix, {});
  EXPECT_TRUE(std::isnan(unknown.ground_range_m));
  EXPECT_GT(unknown.covariance.east2, known.covariance.east2);
  EXPECT_LT(distance_m(known.position, unknown.position), 1.6);
}

TEST(Placement, WithoutAFixThereIsNoPosition) {
  const Placement placed = place(detection(50, 10, Side::starboard), Fix{}, {});
  EXPECT_TRUE(std::isnan(placed.position.latitude_deg));
  EXPECT_NEAR(placed.ground_range_m, 48.9898, 1e-4);
}

TEST(ErrorEllipse, OfACircleAndOfALine) {
  const ErrorEllipse circle = error_ellipse({1, 1, 0});
  EXPECT_NEAR(circle.semi_major_m, 2.4477, 1e-3);
  EXPECT_NEAR(circle.semi_minor_m, 2.4477, 1e-3);
  const ErrorEllipse north_east = error_ellipse({1, 1, 0.9999});
  EXPECT_NEAR(north_east.bearing_deg, 45, 1e-3);
  EXPECT_LT(north_east.semi_minor_m, 0.05F);
  EXPECT_NEAR(error_ellipse({0.1, 4, 0}).bearing_deg, 0, 1e-3);
  EXPECT_NEAR(error_ellipse({4, 0.1, 0}).bearing_deg, 90, 1e-3);
}

}  // namespace
}  // namespace towfish
