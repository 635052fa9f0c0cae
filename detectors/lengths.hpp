#pragma once

#include <algorithm>
#include <cmath>

namespace towfish {

/// How many pings or cells of `unit_m` metres make up a length, within limits: sizes are stated in metres and
/// turned into counts by each row's own spacing.
inline int count_of(float metres, float unit_m, int least, int most) noexcept {
  return std::clamp(static_cast<int>(std::lround(metres / unit_m)), least, std::max(least, most));
}

}  // namespace towfish
