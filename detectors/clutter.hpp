#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "detectors/conditioning.hpp"

namespace towfish {

/// How restless the bottom is around each cell: the root mean square, in decibels, of the conditioned rows
/// smoothed to the size of a small object, over some metres either way. Ripples, stones and weed raise it.
/// Threads: one thread.
class Clutter {
 public:
  void reset(const Conditioning& rows);
  /// Does what the conditioned rows allow. No further rows will come if `last`.
  void advance(const Conditioning& rows, bool last);

  [[nodiscard]] std::int64_t ready() const noexcept { return measured_; }
  [[nodiscard]] std::span<const float> row(std::int64_t row) const noexcept { return rms_.row(row); }

 private:
  void smooth(const Conditioning& rows, std::int64_t row);
  void measure(const Conditioning& rows, std::int64_t row, std::int64_t end);

  RowRing<std::int16_t> smooth_;
  RowRing<float> rms_;
  RunningColumns vertical_;
  RunningColumns squares_;
  RunningColumns counts_;
  std::vector<std::int64_t> prefix_;
  std::vector<std::int64_t> prefix_count_;
  std::int64_t smoothed_ = 0;
  std::int64_t measured_ = 0;
};

}  // namespace towfish
