#include "pipeline/sonar/geometry.hpp"

#include <gtest/gtest.h>

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
