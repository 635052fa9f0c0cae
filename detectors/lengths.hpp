#pragma once

#include <algorithm>
#include <cstddef>

namespace towfish {

/// How many pings or cells of `unit_m` metres make up a length, within limits: sizes are stated in metres and
/// turned into counts by each row's own spacing.
inline int count_of(float metres, float unit_m, int least, int most) noexcept {
  // In this order `least` stands in for what is no number. Rounded without a call, for loops over cells; half
  // of one is exact in a double.
  const double count = std::max<double>(least, metres / unit_m);
  return static_cast<int>(std::min<double>(std::max(least, most), count) + 0.5);
}

/// Calls mean(i, first, end) for each of n cells with the cells at most `half` away from it. Windows that are
/// cut at either end are apart, so that the many of one length become a loop without conditions.
template <class Mean>
[[gnu::always_inline]] inline void for_each_window(std::size_t n, std::size_t half, const Mean& mean) {
  const std::size_t left = std::min(n, half);
  const std::size_t right = std::max(left, n - left);
  for (std::size_t i = 0; i < left; ++i) mean(i, std::size_t{0}, std::min(n, i + half + 1));
  for (std::size_t i = left; i < right; ++i) mean(i, i - half, i + half + 1);
  for (std::size_t i = right; i < n; ++i) mean(i, i - half, n);
}

}  // namespace towfish
