#include "sim/water.hpp"

#include <cmath>

namespace towfish::sim {

double sound_speed_mps(const WaterSettings& water) {
  const double t = water.temperature_c;
  const double s = water.salinity_psu - 35;
  const double d = water.depth_m;
  return 1448.96 + 4.591 * t - 5.304e-2 * t * t + 2.374e-4 * t * t * t + 1.340 * s + 1.630e-2 * d +
         1.675e-7 * d * d - 1.025e-2 * t * s - 7.139e-13 * t * d * d * d;
}

double absorption_db_per_km(const WaterSettings& water, double frequency_khz) {
  const double t = water.temperature_c;
  const double salt = water.salinity_psu / 35;
  const double z_km = water.depth_m / 1000;
  const double f2 = frequency_khz * frequency_khz;
  const double boron_khz = 0.78 * std::sqrt(salt) * std::exp(t / 26);
  const double magnesium_khz = 42 * std::exp(t / 17);
  const double boron =
      0.106 * boron_khz * f2 / (boron_khz * boron_khz + f2) * std::exp((water.acidity_ph - 8) / 0.56);
  const double magnesium = 0.52 * (1 + t / 43) * salt * magnesium_khz * f2 /
                           (magnesium_khz * magnesium_khz + f2) * std::exp(-z_km / 6);
  return (salt > 0 ? boron : 0) + magnesium + 4.9e-4 * f2 * std::exp(-(t / 27 + z_km / 17));
}

}  // namespace towfish::sim
