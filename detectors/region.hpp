#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "detectors/candidate.hpp"
#include "detectors/conditioning.hpp"

namespace towfish {

/// All that hangs together with a candidate: starting from its highlight and its shadow, every patch of some
/// decimetres that is far brighter or far darker than the bottom and touches another such. A mine's region is
/// its highlight and its shadow; a pipe's or a hull's is as long as the thing, wherever along it something
/// was found. What is far from the bottom is held against how restless that is, so that a region does not run
/// along ripples. It goes no farther than reach() rows and kReachM across track. Threads: one thread.
class Region {
 public:
  static constexpr float kReachM = 7.0F;
  static constexpr int kReachRows = 96;
  /// kReachM in rows, kReachRows at most.
  [[nodiscard]] static int reach(float spacing_m) noexcept;

  Region();
  /// The rows within reach of the candidate must be readable.
  void grow(const Conditioning& rows, const Candidate& candidate);

  /// Rows in which it is dark, inclusive: what is only bright there is what a long shadow leaves behind in
  /// the background, and casts none itself.
  [[nodiscard]] std::int64_t first_row() const noexcept {
    return std::max<std::int64_t>(0, row_of(first_line_));
  }
  [[nodiscard]] std::int64_t last_row() const noexcept { return std::min(end_, row_of(last_line_ + 1)) - 1; }
  /// Samples of what is bright in these rows, inclusive.
  [[nodiscard]] std::uint32_t first_bright_sample() const noexcept { return sample_of(first_bright_); }
  [[nodiscard]] std::uint32_t last_bright_sample() const noexcept {
    return std::min(sample_of(last_bright_ + 1), samples_) - 1;
  }
  /// How far from the bottom it is, whichever way: ripples, along which a region may run, reach 10 dB,
  /// shadows and the highlights of hulls are beyond that.
  [[nodiscard]] float mean_db() const noexcept;
  /// Part of its columns that is bright somewhere along track.
  [[nodiscard]] float bright_part() const noexcept;
  /// Whether something whose highlight ends at this sample is part of it.
  [[nodiscard]] bool contains(std::int64_t row, std::uint32_t sample) const noexcept;

 private:
  enum class Patch : std::uint8_t { unseen, plain, dark, bright };
  static constexpr int kHalfLines = kReachRows;
  static constexpr int kHalfColumns = 32;
  static constexpr int kColumns = 2 * kHalfColumns + 1;

  [[nodiscard]] float level_db(const Conditioning& rows, int line, int column) const noexcept;
  [[nodiscard]] bool has(std::int64_t row, int cell) const noexcept;
  void measure();
  void visit(const Conditioning& rows, int line, int column);
  [[nodiscard]] std::int64_t row_of(int line) const noexcept {
    return row_ + static_cast<std::int64_t>(line) * rows_per_patch_;
  }
  [[nodiscard]] int cell_of(int column) const noexcept { return cell_ + column * cells_per_patch_; }
  [[nodiscard]] std::uint32_t sample_of(int column) const noexcept {
    return static_cast<std::uint32_t>(std::max(0, cell_of(column)) * samples_per_cell_);
  }
  [[nodiscard]] static std::size_t number(int line, int column) noexcept {
    return static_cast<std::size_t>((line + kHalfLines) * kColumns + column + kHalfColumns);
  }

  std::int64_t row_ = 0;  ///< Of patch (0, 0), and its cell from nadir.
  int cell_ = 0;
  std::int64_t end_ = 1;       ///< Of the rows there are.
  std::uint32_t samples_ = 1;  ///< Of a trace.
  int samples_per_cell_ = 1;
  int rows_per_patch_ = 1;
  int cells_per_patch_ = 1;
  int half_lines_ = 0;
  int half_columns_ = 0;
  float far_db_ = 0;
  float sum_db_ = 0;
  int count_ = 0;
  std::vector<Patch> patches_;
  std::vector<std::pair<int, int>> open_;
  int first_line_ = 0;
  int last_line_ = 0;
  int first_bright_ = 0;
  int last_bright_ = 0;
  std::array<bool, kColumns> bright_{};  ///< By column.
};

}  // namespace towfish
