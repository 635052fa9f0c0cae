#pragma once

#include <array>
#include <cstdint>
#include <span>
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
  /// The row of the newest ping in `rows`, which was taken in just now. Every ping since reset() must
  /// come by here.
  const ViewRow& push(const Conditioning& rows, const FrameHeader& frame);

 private:
  [[nodiscard]] std::span<std::int16_t> clipped(std::int64_t row) noexcept;
  void clip(std::span<const std::int16_t> cells, int half, int bottom, std::span<std::int16_t> out);
  void take_in(const Conditioning& rows, int bottom);
  [[nodiscard]] int bottom_of(const Conditioning& rows, const Ping& ping);
  void draw(const Conditioning& rows, int bottom);

  std::vector<std::int32_t> sums_;     ///< Over the window, by cell.
  std::vector<std::int32_t> levels_;   ///< Of the newest row over its background, in steps.
  std::vector<std::int32_t> prefix_;   ///< Of the row being counted.
  std::vector<std::int16_t> clipped_;  ///< What each row of the window counts for.
  std::array<int, kWindow> counts_{};  ///< 0 for a missing row of the window, else 1.
  std::size_t cells_ = 0;
  std::int64_t taken_in_ = 0;  ///< Rows since reset().
  ViewRow row_;
};

}  // namespace towfish
