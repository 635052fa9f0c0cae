#include "sim/echo.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/scenario.hpp"

namespace towfish::sim {
namespace {

/// Mean echoes, without speckle and noise, of a still vehicle at the origin that looks east to starboard.
class Sea {
 public:
  explicit Sea(const Scenario& scenario)
      : samples_(static_cast<std::size_t>(scenario.sonar.samples)),
        acoustics_(scenario.sonar, scenario.water),
        bottom_(scenario.seabed, 1),
        scene_(make_scene(scenario, bottom_)),
        echo_(scenario.sonar, scenario.water, scenario.seabed, acoustics_, bottom_, scene_) {}

  std::vector<float> trace(double north_m = 0, Side side = Side::starboard, double roll_deg = 0) {
    std::vector<float> power(samples_);
    echo_.trace(pose(north_m, roll_deg), side, power);
    return power;
  }
  Sighting sight(std::size_t solid = 0) { return echo_.sight(pose(0, 0), Side::starboard, solid); }
  [[nodiscard]] std::size_t bin(double slant_m) const {
    return static_cast<std::size_t>(slant_m / acoustics_.spacing_m);
  }

 private:
  static Pose pose(double north_m, double roll_deg) {
    Pose pose;
    pose.north_m = north_m;
    pose.altitude_m = 6;
    pose.roll_deg = roll_deg;
    return pose;
  }

  std::size_t samples_;
  Acoustics acoustics_;
  Bottom bottom_;
  Scene scene_;
  Echo echo_;
};

Scenario empty_sea() {
  Scenario scenario;
  scenario.water.volume_db = -150;
  scenario.water.surface_db = -100;
  scenario.sonar.samples = 2000;  // 2.5 cm
  scenario.sonar.sidelobe_db = -100;
  return scenario;
}

double sum(const std::vector<float>& trace, std::size_t first, std::size_t last) {
  return std::accumulate(trace.begin() + static_cast<std::ptrdiff_t>(first),
                         trace.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
}

TEST(Echo, TheFirstBottomReturnComesFromTheAltitude) {
  Sea sea(empty_sea());
  const auto trace = sea.trace();
  EXPECT_LT(sum(trace, 0, sea.bin(5.95)), 1e-4 * sum(trace, sea.bin(5.95), sea.bin(6.5)));
}

TEST(Echo, TheSurfaceIsSeenAtItsOwnRange) {
  Scenario scenario = empty_sea();
  scenario.water.depth_m = 10;  // the sonar is 4 m deep: the surface answers before the bottom does
  scenario.water.surface_db = -20;
  Sea sea(scenario);
  const auto trace = sea.trace();
  EXPECT_GT(trace[sea.bin(4.1)], 1e4F * trace[sea.bin(3.9)]);
}

TEST(Echo, TheVerticalPatternHasItsNull) {
  Scenario scenario = empty_sea();
  scenario.sonar.vertical_beam_deg = 30;
  scenario.sonar.tilt_deg = 20;
  Sea sea(scenario);
  // sinc's first zero: sin(off axis) = pi / 1.39156 * sin(15 deg), 35.8 deg below the axis
  const double null_m = 6 / std::sin((20 + 35.75) * M_PI / 180);
  const auto trace = sea.trace();
  EXPECT_LT(trace[sea.bin(null_m)], 1e-3F * trace[sea.bin(null_m + 2)]);
  EXPECT_LT(trace[sea.bin(null_m)], 1e-1F * trace[sea.bin(null_m - 0.6)]);
}

TEST(Echo, RollToStarboardDarkensTheFarRangeThereAndBrightensItToPort) {
  Sea sea(empty_sea());
  const auto level = sea.trace(0, Side::starboard, 0);
  const std::size_t far = sea.bin(45);
  EXPECT_LT(sea.trace(0, Side::starboard, 10)[far], 0.7F * level[far]);
  EXPECT_GT(sea.trace(0, Side::port, 10)[far], 1.2F * level[far]);
}

TEST(Echo, OnASlopeTheGrazingAngleIsThatToTheSlope) {
  Scenario scenario = empty_sea();
  const auto flat = Sea(scenario).trace(0, Side::starboard, 8);  // the same angles off the beam's axis
  scenario.seabed.slope_deg = 8;
  scenario.seabed.slope_direction_deg = 90;  // up to the east
  Sea sea(scenario);
  const auto rising = sea.trace();
  // distance to the plane: 6 m cos(8 deg), so the sine of the grazing angle is that over the slant range
  for (const double slant : {15.0, 25.0, 40.0}) {
    EXPECT_NEAR(rising[sea.bin(slant)] / flat[sea.bin(slant)], std::pow(std::cos(8 * M_PI / 180), 2), 0.03)
        << slant;
  }
}

TEST(Echo, RipplesCastShadowsWhereTheyAreSteeperThanTheRay) {
  Scenario scenario = empty_sea();
  scenario.seabed.ground.ripple_height_m = 0.2;
  scenario.seabed.ground.ripple_wavelength_m = 1;
  scenario.seabed.ground.ripple_direction_deg = 90;
  Sea sea(scenario);
  const auto trace = sea.trace();
  const auto dark = [&](double from_m, double to_m) {
    return std::count_if(trace.begin() + static_cast<std::ptrdiff_t>(sea.bin(from_m)),
                         trace.begin() + static_cast<std::ptrdiff_t>(sea.bin(to_m)),
                         [](float power) { return power < 1; });
  };
  EXPECT_EQ(dark(7, 9), 0);      // grazing 50 deg, slopes up to 40
  EXPECT_GT(dark(40, 45), 100);  // grazing 8 deg: half of 200 samples or more
}

TEST(Echo, ACylinderIsBrightBroadsideAndFaintEndOn) {
  const auto highlight = [](double heading_deg) {
    Scenario scenario = empty_sea();
    scenario.objects = {{.shape = Shape::cylinder, .east_m = 30, .heading_deg = heading_deg}};
    Sea sea(scenario);
    const auto trace = sea.trace();
    return sum(trace, sea.bin(29), sea.bin(32));
  };
  EXPECT_GT(highlight(0), 1.5 * highlight(45));
  EXPECT_GT(highlight(0), 1.5 * highlight(135));
}

TEST(Echo, AMooredSpheresShadowLiesApartFromIt) {
  Scenario scenario = empty_sea();
  scenario.objects = {{.shape = Shape::sphere, .east_m = 25, .mooring_m = 2.5}};
  Sea sea(scenario);
  const auto with = sea.trace();
  const auto without = Sea(empty_sea()).trace();
  const double slant = std::hypot(25, 6 - 2.5);
  EXPECT_GT(with[sea.bin(slant - 0.4)], 3 * without[sea.bin(slant - 0.4)]);
  const double shadow = std::hypot(25 * 6 / 3.5, 6);  // the ray through its middle, drawn on to the bottom
  EXPECT_LT(with[sea.bin(shadow)], 0.2 * without[sea.bin(shadow)]);
  const std::size_t between = sea.bin(slant + 4);
  EXPECT_NEAR(with[between], without[between], 0.2 * without[between]);
}

/// Standard deviation along track, in metres, of a small object's highlight.
double smear_m(double east_m) {
  Scenario scenario = empty_sea();
  scenario.sonar.beam_deg = 1;
  scenario.objects = {{.shape = Shape::crab_pot, .east_m = east_m, .length_m = 0.1, .width_m = 0.1}};
  Sea sea(scenario);
  const std::size_t bin = sea.bin(std::hypot(east_m, 5.8));
  const double background = sum(sea.trace(-5), bin - 8, bin + 8);
  double level = 0;
  double moment = 0;
  for (double north = -1.5; north <= 1.5; north += 0.05) {
    const double echo = std::max(sum(sea.trace(north), bin - 8, bin + 8) - background, 0.0);
    level += echo;
    moment += echo * north * north;
  }
  return std::sqrt(moment / level);
}

TEST(Echo, TargetsSmearAlongTrackAsTheBeamWidens) {
  EXPECT_NEAR(smear_m(40), 40 * M_PI / 180 * 0.3, 0.03);  // Gaussian of -3 dB width 1 deg, two ways
  EXPECT_NEAR(smear_m(40) / smear_m(20), 1.9, 0.2);       // not 2: the object itself is 10 cm wide
}

TEST(Sighting, AnObjectInAnothersShadowIsNotLit) {
  Scenario scenario = empty_sea();
  scenario.objects = {{.shape = Shape::truncated_cone, .east_m = 31},
                      {.shape = Shape::wreck, .east_m = 25, .heading_deg = 0},
                      {.shape = Shape::truncated_cone, .east_m = 15}};
  Sea sea(scenario);
  const Sighting hidden = sea.sight(0);
  EXPECT_GT(hidden.facing, 0);
  EXPECT_LT(hidden.lit, 0.05 * hidden.facing);
  const Sighting open = sea.sight(2);
  EXPECT_GT(open.lit, 0.95 * open.facing);
}

TEST(Sighting, BuryingLowersTheObject) {
  Scenario scenario = empty_sea();
  scenario.objects = {{.shape = Shape::cylinder, .east_m = 30}};
  const float proud = Sea(scenario).sight().lit;
  scenario.objects[0].burial = 0.7;
  EXPECT_LT(Sea(scenario).sight().lit, 0.8F * proud);
  scenario.objects[0].burial = 1;
  EXPECT_EQ(Sea(scenario).sight().facing, 0);
}

}  // namespace
}  // namespace towfish::sim
