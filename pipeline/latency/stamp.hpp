#pragma once

#include <chrono>
#include <cstdint>

namespace towfish::latency {

#ifdef TOWFISH_NO_LATENCY
inline constexpr bool kMeasured = false;
#else
inline constexpr bool kMeasured = true;
#endif

/// Now, in nanoseconds of CLOCK_MONOTONIC, as a frame's stamp. In a build with TOWFISH_NO_LATENCY nothing is
/// stamped or recorded, to see what measuring costs.
[[nodiscard]] inline std::int64_t stamp_ns() noexcept {
  if constexpr (!kMeasured) return 0;
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace towfish::latency
