#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "detectors/clutter.hpp"
#include "detectors/conditioning.hpp"
#include "detectors/lengths.hpp"
#include "detectors/wide.hpp"

namespace towfish {

/// Cells first to end - 1 of a row.
struct CellSpan {
  int first = 0;
  int end = 0;
};

/// take(i, score(i)) for the cells of `where`, of which there are only few in a row. score() is called for
/// kLanes cells at once, which become vector instructions, and so for some behind the end of a span, or of
/// the row.
template <class Score, class Take>
[[gnu::always_inline]] inline void for_each_lane(std::span<const CellSpan> where, const Score& score,
                                                 const Take& take) {
  for (const CellSpan& span : where) {
    const auto end = static_cast<std::size_t>(span.end);
    for (auto first = static_cast<std::size_t>(span.first); first < end; first += kLanes) {
      std::array<float, kLanes> lanes;
      for (std::size_t k = 0; k < kLanes; ++k) lanes[k] = score(first + k);
      for (std::size_t k = 0; k < std::min(kLanes, end - first); ++k) take(first + k, lanes[k]);
    }
  }
}

template <class Body>
[[gnu::always_inline]] inline void for_each_cell(std::span<const CellSpan> where, const Body& body) {
  for (const CellSpan& span : where) {
    for (auto i = static_cast<std::size_t>(span.first); i < static_cast<std::size_t>(span.end); ++i) body(i);
  }
}

/// One way of looking for objects: gives every cell of a conditioned row a score, higher where an object's
/// highlight is more likely to end and its shadow to begin. Units are its own; calibration (likelihood.hpp)
/// makes them comparable.
///
/// Rows are asked for in rising order. A score depends on at most reach() rows before and after its own (and,
/// through the clutter, on what that depends on), which is never more than kReach. No allocation after
/// reset(). Threads: one thread.
class Algorithm {
 public:
  static constexpr int kReach = 32;

  Algorithm() = default;
  Algorithm(const Algorithm&) = delete;
  Algorithm& operator=(const Algorithm&) = delete;
  virtual ~Algorithm() = default;

  virtual void reset(const Conditioning& rows) = 0;
  /// For a row of that spacing along track.
  [[nodiscard]] virtual int reach(float spacing_m) const noexcept = 0;
  /// Fills in scores[i] for the cells in `where`, which rise and do not overlap, and leaves the others alone.
  /// `end`: rows before it may be read.
  virtual void score(const Conditioning& rows, const Clutter& clutter, std::int64_t row, std::int64_t end,
                     std::span<const CellSpan> where, std::span<float> scores) = 0;

 protected:
  /// Pings either way of the middle of a box so long along track.
  [[nodiscard]] static int half_length(float metres, float spacing_m) noexcept {
    return count_of(0.5F * metres, spacing_m, 1, kReach / 2);
  }
};

}  // namespace towfish
