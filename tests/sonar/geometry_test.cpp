#include "pipeline/sonar/geometry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "pipeline/sonar/ping.hpp"

namespace towfish {
namespace {

// A worked example on the tangent plane, so good to a millimetre (1e-8 deg): sensor at 58 N 11 E, heading 30,
// altitude 10 m, slant range 50 m, starboard.
TEST(Geometry, PlacesAStarboardEchoWhereTheWorkedExampleDoes) {
  const float ground = ground_range_m(50, 10);
  EXPECT_NEAR(ground, 48.9898, 1e-4);
  const Position echo = destination({58.0, 11.0}, look_bearing_deg(30, Side::starboard), ground);
  EXPECT_NEAR(echo.latitude_deg, 57.9997800735, 1e-8);
  EXPECT_NEAR(echo.longitude_deg, 11.0007174760, 1e-8);
}

TEST(Geometry, GroundRangeInsideTheWaterColumnIsNotANumber) {
  EXPECT_TRUE(std::isnan(ground_range_m(9, 10)));
}

TEST(Geometry, ShadowOfSixMetresEndingAtFiftyIsOneMetreTwentyHighAtTenMetresAltitude) {
  EXPECT_NEAR(height_from_shadow_m(10, 6, 50), 1.2, 1e-6);
}

TEST(Geometry, ShadowLengthIsTheInverseOfHeight) {
  const float length = shadow_length_m(10, 0.45F, 50);
  EXPECT_NEAR(length, 2.356, 1e-3);
  EXPECT_NEAR(height_from_shadow_m(10, length, 50 + length), 0.45, 1e-5);
}

TEST(Geometry, AnObjectAsHighAsTheSonarCastsAnEndlessShadow) {
  EXPECT_TRUE(std::isinf(shadow_length_m(10, 10, 50)));
}

TEST(Geometry, LocalPlaneAndBackIsTheSamePosition) {
  const LocalPlane plane({43.25, -2.9});
  const Position there = plane.to_position({1234.5, -987.6});
  const LocalPlane::Point back = plane.to_local(there);
  EXPECT_NEAR(back.east_m, 1234.5, 1e-6);
  EXPECT_NEAR(back.north_m, -987.6, 1e-6);
}

// The geodesic (GeographicLib) is the judge of the short formulas, which hold within 2 km.
TEST(Geometry, LocalPlaneAgreesWithTheGeodesicToAMillimetreAnywhere) {
  double worst_m = 0;
  double worst_back_m = 0;
  for (const double latitude : {-79.9, -58.0, -1e-3, 0.0, 12.0, 45.0, 71.0, 79.9}) {
    for (const double longitude : {-179.999, 11.0, 179.999}) {
      const LocalPlane plane({latitude, longitude});
      for (double metres = 0.5; metres < 20'000; metres *= 3.7) {
        for (double bearing = 5; bearing < 360; bearing += 37) {
          const Position there = destination({latitude, longitude}, bearing, metres);
          const double radians = bearing * 3.14159265358979 / 180;
          const LocalPlane::Point expected{metres * std::sin(radians), metres * std::cos(radians)};
          const LocalPlane::Point point = plane.to_local(there);
          worst_m =
              std::max(worst_m, std::hypot(point.east_m - expected.east_m, point.north_m - expected.north_m));
          EXPECT_NEAR(plane.distance_m(there), metres, 1e-3);
          const Position back = plane.to_position(expected);
          EXPECT_LE(std::abs(back.longitude_deg), 180);
          worst_back_m = std::max(worst_back_m, distance_m(back, there));
        }
      }
    }
  }
  EXPECT_LT(worst_m, 1e-3);
  EXPECT_LT(worst_back_m, 1e-3);
  RecordProperty("worst_mm", std::to_string(1e3 * std::max(worst_m, worst_back_m)));
}

TEST(Geometry, PortLooksLeftOfTheHeading) {
  EXPECT_DOUBLE_EQ(look_bearing_deg(30, Side::port), 300);
  EXPECT_DOUBLE_EQ(look_bearing_deg(350, Side::starboard), 80);
}

TEST(TraceGeometry, SampleAndSlantRangeAreInverse) {
  const TraceGeometry geometry{.samples = 1000, .first_edge_m = 2, .sample_spacing_m = 0.05F};
  EXPECT_NEAR(geometry.slant_range_m(0), 2.025, 1e-6);
  EXPECT_NEAR(geometry.sample_at(geometry.slant_range_m(321)), 321, 1e-3);
  EXPECT_FLOAT_EQ(geometry.range_m(), 52);
}

}  // namespace
}  // namespace towfish
