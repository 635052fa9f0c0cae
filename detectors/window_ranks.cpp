#include "detectors/window_ranks.hpp"

#include <algorithm>

#include "detectors/wide.hpp"

namespace towfish {

namespace {

/// counts[i] += how many of the kWidth values from the i-th on are below limits[i].
TOWFISH_WIDE void add_less(const std::int32_t* __restrict values, const std::int32_t* __restrict limits,
                           std::span<std::int32_t> counts) {
  std::int32_t* __restrict const out = counts.data();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::int32_t count = 0;
    for (std::size_t k = 0; k < WindowRanks::kWidth; ++k) count += values[i + k] < limits[i] ? 1 : 0;
    out[i] += count;
  }
}

/// least[i]: the least of itself and those of the kWidth values from the i-th on that are not below
/// limits[i].
TOWFISH_WIDE void lower_least(const std::int32_t* __restrict values, const std::int32_t* __restrict limits,
                              std::span<std::int32_t> least) {
  std::int32_t* __restrict const out = least.data();
  for (std::size_t i = 0; i < least.size(); ++i) {
    std::int32_t lowest = out[i];
    for (std::size_t k = 0; k < WindowRanks::kWidth; ++k)
      lowest = std::min(lowest, values[i + k] < limits[i] ? WindowRanks::kNone : values[i + k]);
    out[i] = lowest;
  }
}

}  // namespace

void WindowRanks::reset(std::size_t windows) {
  for (auto* values : {&ranks_, &found_, &below_, &upto_, &limits_, &counts_}) values->assign(windows, 0);
}

// Bit by bit, from the first in which any two values differ until in each window one is left.
std::span<const std::int32_t> WindowRanks::find(std::span<const std::int32_t* const> rows, float part) {
  std::ranges::fill(limits_, kNone);
  count_below_limits(rows);
  begin(part);
  auto bit = static_cast<std::int32_t>(first_bit(rows));
  for (std::int32_t most = 2; most > 1 && bit != 0; bit >>= 1) {
    for (std::size_t i = 0; i < limits_.size(); ++i) limits_[i] = found_[i] | bit;
    count_below_limits(rows);
    most = narrow(bit);
  }
  std::ranges::fill(counts_, kNone);
  for (const std::int32_t* const row : rows) lower_least(row, found_.data(), counts_);
  return counts_;
}

void WindowRanks::begin(float part) {
  for (std::size_t i = 0; i < counts_.size(); ++i)
    ranks_[i] = static_cast<std::int32_t>(part * static_cast<float>(std::max(counts_[i], 1) - 1));
  upto_ = counts_;
  std::ranges::fill(below_, 0);
}

// What all have in common is found.
std::uint32_t WindowRanks::first_bit(std::span<const std::int32_t* const> rows) {
  std::uint32_t all = ~0U;
  std::uint32_t any = 0;
  for (const std::int32_t* const row : rows) {
    for (const std::int32_t value : std::span(row, counts_.size() + kWidth - 1)) {
      const auto bits = static_cast<std::uint32_t>(value);
      all &= value == kNone ? ~0U : bits;
      any |= value == kNone ? 0U : bits;
    }
  }
  const std::uint32_t first = std::bit_floor(any & ~all);
  std::ranges::fill(found_, static_cast<std::int32_t>(all & ~(first == 0 ? 0U : 2 * first - 1)));
  return first;
}

void WindowRanks::count_below_limits(std::span<const std::int32_t* const> rows) {
  std::ranges::fill(counts_, 0);
  for (const std::int32_t* const row : rows) add_less(row, limits_.data(), counts_);
}

/// Decides one more bit of each; how many values are left where there are most.
TOWFISH_WIDE std::int32_t WindowRanks::narrow(std::int32_t bit) {
  std::int32_t* __restrict const found = found_.data();
  std::int32_t* __restrict const below = below_.data();
  std::int32_t* __restrict const upto = upto_.data();
  const std::int32_t* __restrict const counts = counts_.data();
  const std::int32_t* __restrict const ranks = ranks_.data();
  std::int32_t most = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const bool lower = counts[i] > ranks[i];
    upto[i] = lower ? counts[i] : upto[i];
    below[i] = lower ? below[i] : counts[i];
    found[i] = lower ? found[i] : found[i] | bit;
    most = std::max(most, upto[i] - below[i]);
  }
  return most;
}

}  // namespace towfish
