#include "sim/acoustics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "pipeline/sonar/error.hpp"

namespace towfish::sim {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr int kPatternSteps = 2048;

double decibel(double power_db) {
  return std::pow(10, power_db / 10);
}

double interval(const SonarSettings& sonar, double sound_speed) {
  const double highest = sound_speed / (2 * sonar.range_m);
  if (sonar.ping_rate_hz > highest) {
    throw UsageError("sonar.ping_rate_hz: found " + std::to_string(sonar.ping_rate_hz) + ", wanted at most " +
                     std::to_string(highest) + " (c/2R at range_m " + std::to_string(sonar.range_m) + ")");
  }
  return 1 / (sonar.ping_rate_hz > 0 ? sonar.ping_rate_hz : highest);
}

}  // namespace

Acoustics::Acoustics(const SonarSettings& sonar, const WaterSettings& water)
    : sound_speed_mps(sim::sound_speed_mps(water)),
      spacing_m(sonar.range_m / sonar.samples),
      resolution_m(sound_speed_mps / (2000 * sonar.bandwidth_khz)),
      beam_rad(sonar.beam_deg * kDegree),
      array_m(0.886 * sound_speed_mps / (1000 * sonar.frequency_khz) / beam_rad),
      interval_s(interval(sonar, sound_speed_mps)),
      noise(static_cast<float>(decibel(sonar.noise_db))),
      volume(static_cast<float>(decibel(water.volume_db))),
      surface_mu(static_cast<float>(decibel(water.surface_db))) {
  constexpr double kLongestPulse = 50;  // samples
  if (resolution_m > kLongestPulse * spacing_m) {
    throw UsageError("sonar.bandwidth_khz: c/2B of " + std::to_string(resolution_m) +
                     " m is over 50 samples of " + std::to_string(spacing_m) +
                     " m; raise the bandwidth or take fewer samples");
  }
  const double alpha = absorption_db_per_km(water, sonar.frequency_khz) / 1000;
  const double opening = sonar.vertical_beam_deg * kDegree;
  for (int i = 0; i < sonar.samples; ++i) {
    const double range = (i + 0.5) * spacing_m;
    const double level = sonar.source_level_db - 40 * std::log10(range) - 2 * alpha * range;
    per_area.push_back(static_cast<float>(decibel(level) * range * beam_rad * resolution_m / spacing_m));
    per_volume.push_back(
        static_cast<float>(decibel(level) * range * beam_rad * range * opening * resolution_m));
    noise_power.push_back(static_cast<float>(decibel(sonar.noise_db) +
                                             decibel(sonar.leak_db) * std::exp(-range / sonar.leak_m)));
    const double tvg = sonar.tvg_db_per_decade * std::log10(range) + sonar.tvg_db_per_km * range / 1000;
    gain.push_back(static_cast<float>(std::sqrt(decibel(sonar.gain_db + tvg))));
    footprint_m.push_back(static_cast<float>(std::hypot(range * beam_rad, array_m / 2)));
  }
  fill_pattern(sonar.vertical_beam_deg);
}

void Acoustics::fill_pattern(double vertical_beam_deg) {
  constexpr double kHalfPower = 1.39156;  // sinc^2 is 1/2 here
  const double aperture = kHalfPower / std::sin(vertical_beam_deg * kDegree / 2);
  for (int step = 0; step <= kPatternSteps; ++step) {
    const double u = aperture * step / kPatternSteps;
    const double sinc = u > 1e-9 ? std::sin(u) / u : 1;
    pattern_.push_back(static_cast<float>(sinc * sinc * sinc * sinc));
  }
}

float Acoustics::pattern(float sine_off_axis) const noexcept {
  const float place = std::min(std::abs(sine_off_axis), 0.9999F) * kPatternSteps;
  const auto i = static_cast<std::size_t>(place);
  return pattern_[i] + (place - static_cast<float>(i)) * (pattern_[i + 1] - pattern_[i]);
}

}  // namespace towfish::sim
