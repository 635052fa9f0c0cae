#pragma once

namespace towfish {

constexpr float kUsualSoundSpeedMps = 1500;

/// Whether any sea or lake has it. False for NaN.
constexpr bool plausible_sound_speed(float mps) noexcept {
  return mps >= 1300 && mps <= 1700;
}

/// What ranges are to be made with: the recorded speed, unless it is absurd.
constexpr float sound_speed_for_ranges(float recorded_mps) noexcept {
  return plausible_sound_speed(recorded_mps) ? recorded_mps : kUsualSoundSpeedMps;
}

}  // namespace towfish
