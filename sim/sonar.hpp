#pragma once

namespace towfish {

/// The sonar's data sheet and its receiver. Both sides are alike.
struct SonarSettings {
  double frequency_khz = 600;
  double bandwidth_khz = 40;
  double beam_deg = 0.4;
  double sidelobe_db = -25;
  double vertical_beam_deg = 45;
  double tilt_deg = 25;
  double range_m = 50;
  int samples = 2048;
  double ping_rate_hz = 0;
  double source_level_db = 220;
  double noise_db = 45;
  double gain_db = -70;
  double tvg_db_per_decade = 30;
  double tvg_db_per_km = 340;
  int looks = 1;
  double leak_db = 120;
  double leak_m = 0.1;
  int full_scale = 32767;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("frequency_khz", frequency_khz, "kHz", 20, 3000, "Centre frequency.");
    v.number("bandwidth_khz", bandwidth_khz, "kHz", 1, 1000, "Sets the range resolution c/2B.");
    v.number("beam_deg", beam_deg, "deg", 0.05, 10, "Horizontal beam width, one way, -3 dB.");
    v.number("sidelobe_db", sidelobe_db, "dB", -100, 0,
             "Two-way power through the horizontal side lobes; a uniform line has -25. It fills shadows.");
    v.number("vertical_beam_deg", vertical_beam_deg, "deg", 10, 120, "Vertical beam width, one way, -3 dB.");
    v.number("tilt_deg", tilt_deg, "deg", 0, 60, "Beam axis below the horizontal.");
    v.number("range_m", range_m, "m", 5, 1000, "Slant range of the last sample.");
    v.number("samples", samples, "samples", 64, 32768, "Per trace and side.");
    v.number("ping_rate_hz", ping_rate_hz, "1/s", 0, 100, "0: the highest that the range allows, c/2R.");
    v.number("source_level_db", source_level_db, "dB re 1 uPa at 1 m", 100, 260, "On the beam axis.");
    v.number("noise_db", noise_db, "dB re 1 uPa", -100, 160, "Receiver noise behind the matched filter.");
    v.number("gain_db", gain_db, "dB re 1 count/uPa", -200, 100, "Receiver gain at 1 m.");
    v.number("tvg_db_per_decade", tvg_db_per_decade, "dB per decade of range", 0, 80,
             "Time-varying gain against spreading; 30 levels a bottom.");
    v.number("tvg_db_per_km", tvg_db_per_km, "dB/km", 0, 5000, "Time-varying gain against absorption.");
    v.number("looks", looks, "looks", 1, 16, "Independent echoes averaged (in power) into a sample.");
    v.number("leak_db", leak_db, "dB re 1 uPa", -100, 200, "Leak of the transmit pulse into the receiver.");
    v.number("leak_m", leak_m, "m", 0.001, 5, "Range over which the leak decays by a factor of e.");
    v.number("full_scale", full_scale, "counts", 255, 65535,
             "Where the receiver saturates. Above 32767, software that takes XTF for signed misreads a "
             "recording.");
  }
};

}  // namespace towfish
