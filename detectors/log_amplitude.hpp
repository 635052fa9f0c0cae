#pragma once

#include <array>
#include <cstdint>

namespace towfish {

/// Amplitudes on a logarithmic scale in whole steps, so that sums of them are exact.
inline constexpr int kStepsPerDecibel = 64;

/// 20 log10(amplitude + 1) in steps, 0 to 6165, by amplitude.
extern const std::array<std::int16_t, 65536> kLogAmplitude;

constexpr int steps(double decibels) noexcept {
  return static_cast<int>(decibels * kStepsPerDecibel);
}

}  // namespace towfish
