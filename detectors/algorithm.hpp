#pragma once

#include <cstdint>
#include <span>

#include "detectors/clutter.hpp"
#include "detectors/conditioning.hpp"

namespace towfish {

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
  /// `end`: rows before it may be read.
  virtual void score(const Conditioning& rows, const Clutter& clutter, std::int64_t row, std::int64_t end,
                     std::span<float> scores) = 0;
};

}  // namespace towfish
