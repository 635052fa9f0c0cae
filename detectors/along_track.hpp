#pragma once

#include <array>
#include <cstddef>

#include "pipeline/sonar/ping.hpp"

namespace towfish {

/// Metres between pings, speed x interval: the median over the last kWindow pings where it is known, on a
/// grid of eight steps an octave, so that sizes in pings change seldom.
class AlongTrack {
 public:
  static constexpr std::size_t kWindow = 32;

  void reset() noexcept { count_ = 0; }
  /// Takes in the next ping; `fallback_m` stands in where no ping of the window tells speed and interval.
  float push(const Ping& ping, float fallback_m) noexcept;

 private:
  std::array<float, kWindow> spacing_m_{};
  std::size_t count_ = 0;
};

}  // namespace towfish
