#pragma once

namespace towfish {

/// The water between sonar and bottom, the same everywhere.
struct WaterSettings {
  double temperature_c = 10;
  double salinity_psu = 35;
  double depth_m = 20;
  double acidity_ph = 8;
  double volume_db = -85;
  double surface_db = -30;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("temperature_c", temperature_c, "degC", -2, 40, "Temperature.");
    v.number("salinity_psu", salinity_psu, "per mille", 0, 45, "Salinity.");
    v.number("depth_m", depth_m, "m", 2, 6000, "Depth of the mean bottom below the surface.");
    v.number("acidity_ph", acidity_ph, "pH", 6, 9, "Acidity.");
    v.number("volume_db", volume_db, "dB re 1/m", -150, -40, "Volume scattering strength.");
    v.number("surface_db", surface_db, "dB", -100, 0,
             "Backscattering strength of the surface at normal incidence; it follows Lambert's law.");
  }
};

namespace sim {

/// Mackenzie 1981 (JASA 70:807).
double sound_speed_mps(const WaterSettings& water);

/// Ainslie and McColm 1998 (JASA 103:1671).
double absorption_db_per_km(const WaterSettings& water, double frequency_khz);

}  // namespace sim
}  // namespace towfish
