#include "sim/water.hpp"

#include <gtest/gtest.h>

namespace towfish::sim {
namespace {

TEST(Water, SoundSpeedIsMackenzies) {
  EXPECT_NEAR(sound_speed_mps({.temperature_c = 25, .salinity_psu = 35, .depth_m = 1000}), 1550.744, 0.001);
  EXPECT_NEAR(sound_speed_mps({.temperature_c = 10, .salinity_psu = 35, .depth_m = 50}), 1490.62, 0.01);
}

TEST(Water, AbsorptionIsAinslieAndMcColms) {
  const WaterSettings water{.temperature_c = 10, .salinity_psu = 35, .depth_m = 20};
  EXPECT_NEAR(absorption_db_per_km(water, 100), 34.2, 0.05);
  EXPECT_NEAR(absorption_db_per_km(water, 600), 169.3, 0.1);
  EXPECT_NEAR(absorption_db_per_km(water, 1800), 1143, 1);
}

TEST(Water, FreshWaterAbsorbsLess) {
  EXPECT_LT(absorption_db_per_km({.temperature_c = 10, .salinity_psu = 0}, 455),
            0.7 * absorption_db_per_km({.temperature_c = 10, .salinity_psu = 35}, 455));
}

}  // namespace
}  // namespace towfish::sim
