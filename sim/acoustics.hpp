#pragma once

#include <vector>

#include "sim/sonar.hpp"
#include "sim/water.hpp"

namespace towfish::sim {

/// The sonar equation (Urick 1983, ch. 2 and 8), tabulated by sample. Powers are in uPa^2, lengths in metres.
///
///   EL = SL - 40 log R - 2 alpha R + S_b + 10 log A + pattern,   A = (c/2B) / cos(grazing) * R * beam
class Acoustics {
 public:
  Acoustics(const SonarSettings& sonar, const WaterSettings& water);

  double sound_speed_mps;
  double spacing_m;     ///< Slant range that a sample covers.
  double resolution_m;  ///< c/2B.
  double beam_rad;      ///< Horizontal beam width.
  double array_m;       ///< Length of the array: 0.886 lambda / beam, of an unshaded line (Urick, ch. 3).
  double interval_s;    ///< From ping to ping.
  float noise;          ///< Power of the receiver noise.
  float volume;         ///< Volume scattering, 1/m.
  float surface_mu;     ///< Lambert coefficient of the surface.

  /// Echo power per m^2 of bottom that scatters with strength 1 in the beam's axis, for a sample of a trace;
  /// the bottom area within a sample's own slant range counts for the whole pulse.
  std::vector<float> per_area;
  /// Echo power of the water per unit of volume scattering strength.
  std::vector<float> per_volume;
  /// Noise power: the receiver's own and the leak of the transmit pulse.
  std::vector<float> noise_power;
  /// Receiver gain, counts per uPa.
  std::vector<float> gain;
  /// Width of the beam on the bottom: R beam, and in the near field half the array's length.
  std::vector<float> footprint_m;

  /// Two-way vertical power pattern at the sine of the angle off the axis: that of an unshaded aperture,
  /// sinc^4, with its nulls.
  [[nodiscard]] float pattern(float sine_off_axis) const noexcept;

 private:
  void fill_pattern(double vertical_beam_deg);
  std::vector<float> pattern_;
};

}  // namespace towfish::sim
