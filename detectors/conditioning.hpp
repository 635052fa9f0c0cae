#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "detectors/along_track.hpp"
#include "detectors/bottom_track.hpp"
#include "detectors/column_background.hpp"
#include "detectors/row_ring.hpp"
#include "pipeline/sonar/frame.hpp"

namespace towfish {

/// What belongs to a conditioned row besides its cells.
struct RowInfo {
  Ping ping;
  float spacing_m = 0;   ///< Along track, to the next ping.
  int bottom = 0;        ///< Cell (from nadir) of the first bottom return, at which the row begins.
  int cells = 0;         ///< Cells behind it.
  bool tracked = false;  ///< A bottom return was found; else `bottom` is 0.
  bool missing = false;  ///< An all-zero trace: nothing was recorded.
};

/// Turns raw traces into rows that can be compared with each other: aligned by the first bottom return,
/// cells of about 8 cm of slant range or what is asked for, in log amplitude over the local background (0 =
/// background).
///
/// Background = what is usual along track at the same distance behind the bottom return (beam pattern, range)
/// + mean across track of what is left in the ping (gain, attenuation) + local mean of what is left then.
/// Each stage leaves out or clips what stands out, so an object does not pull its own background up. Rows
/// come out some pings later than they go in. Threads: one thread.
class Conditioning {
 public:
  static constexpr int kMostCells = 4096;  ///< Of a row.
  static constexpr float kCellM = 0.08F;

  /// Cells are of whole samples, about `cell_m`.
  explicit Conditioning(float cell_m = kCellM) : wanted_cell_m_(cell_m) {}

  /// Begins anew; allocates only if the geometry is new.
  void reset(const TraceGeometry& geometry, std::uint64_t first_ping);
  void push(const Ping& ping, std::span<const std::uint16_t> trace);
  /// No more rows: what is left is finished with what there is.
  void finish();

  /// Rows taken in, and how many of them have their bottom placed by now.
  [[nodiscard]] std::int64_t pushed() const noexcept { return rows_; }
  [[nodiscard]] std::int64_t placed() const noexcept { return placed_; }
  /// Rows 0 up to here are conditioned; the last RowRing::kRows / 2 of them may be read.
  [[nodiscard]] std::int64_t ready() const noexcept { return levelled_; }
  [[nodiscard]] const RowInfo& info(std::int64_t row) const noexcept {
    return info_[static_cast<std::size_t>(row & (RowRing<int>::kRows - 1))];
  }
  /// Log amplitude over the background in steps (log_amplitude.hpp), kLimit at most; 0 behind info().cells.
  [[nodiscard]] std::span<const std::int16_t> row(std::int64_t row) const noexcept {
    return residual_.row(row);
  }
  /// Log amplitude as recorded, of the cells from nadir.
  [[nodiscard]] std::span<const std::int16_t> recorded(std::int64_t row) const noexcept {
    return log_.row(row);
  }
  [[nodiscard]] std::uint64_t first_ping() const noexcept { return first_ping_; }
  [[nodiscard]] int cells() const noexcept { return cells_; }
  [[nodiscard]] int samples_per_cell() const noexcept { return per_cell_; }
  [[nodiscard]] float cell_m() const noexcept { return cell_m_; }
  [[nodiscard]] const TraceGeometry& geometry() const noexcept { return geometry_; }

 private:
  void advance();
  void place_bottom(std::int64_t row);
  [[nodiscard]] int refine(std::int64_t row, int around);
  void align(std::int64_t row);
  void flatten(std::int64_t row);
  void level(std::int64_t row);
  [[nodiscard]] RowSpan around(std::int64_t row, int half, std::int64_t end) const noexcept;
  RowInfo& at(std::int64_t row) noexcept {
    return info_[static_cast<std::size_t>(row & (RowRing<int>::kRows - 1))];
  }

  float wanted_cell_m_;
  TraceGeometry geometry_;
  int per_cell_ = 1;
  int cells_ = 0;
  float cell_m_ = 0;
  bool finished_ = false;
  std::uint64_t first_ping_ = 0;
  AlongTrack along_track_;
  BottomTrack bottom_;
  std::vector<RowInfo> info_;
  RowRing<std::int16_t> log_;       ///< As recorded, from nadir.
  RowRing<std::int16_t> aligned_;   ///< The same from the bottom return.
  RowRing<std::int16_t> flat_;      ///< Without range and ping trend.
  RowRing<std::int16_t> residual_;  ///< Without local background too.
  ColumnBackground background_;
  RunningColumns local_;
  RunningColumns local_count_;
  std::vector<std::int32_t> prefix_;
  std::vector<std::int32_t> prefix_count_;
  std::vector<std::int32_t> scratch_;
  std::int64_t rows_ = 0;    ///< Pushed.
  std::int64_t placed_ = 0;  ///< Bottom refined.
  std::int64_t aligned_rows_ = 0;
  std::int64_t flattened_ = 0;
  std::int64_t levelled_ = 0;
};

}  // namespace towfish
