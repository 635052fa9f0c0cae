#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "detectors/conditioning.hpp"
#include "pipeline/sonar/frame.hpp"
#include "pipeline/sonar/view_row.hpp"

namespace towfish {

/// Makes rows for people to look at out of the newest ping, without waiting for the pings that the detector's
/// own conditioning looks ahead to: log amplitude over the mean of the last kWindow pings at the same range.
///
/// Water column: over the level just behind the bottom return, as tracked some pings before, so it stays
/// dark. A function of the last kWindow pings and the bottom track's memory. Threads: one thread.
class View {
 public:
  static constexpr std::int64_t kWindow = 64;

  /// Begins anew; allocates only if the geometry is new.
  void reset(const Conditioning& rows);
  /// The row of the newest ping in `rows`, which was taken in just now. Every ping must come by here.
  const ViewRow& push(const Conditioning& rows, const FrameHeader& frame);

 private:
  void count(const Conditioning& rows, std::int64_t row, int sign);
  [[nodiscard]] int bottom_of(const Conditioning& rows, const Ping& ping);
  void draw(const Conditioning& rows, int bottom);

  std::vector<std::int32_t> sums_;      ///< Over the window, by cell.
  std::vector<std::int32_t> levels_;    ///< Of the newest row over its background, in steps.
  std::vector<std::int32_t> prefix_;    ///< Of the row being counted.
  std::array<int, kWindow> bottoms_{};  ///< Cell at which the bottom was taken to begin, by row.
  std::int32_t rows_ = 0;               ///< In the window, missing ones left out.
  ViewRow row_;
};

}  // namespace towfish
