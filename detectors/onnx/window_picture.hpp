#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "detectors/conditioning.hpp"
#include "detectors/onnx/network_settings.hpp"
#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// The sine of the grazing angle on a level bottom, altitude / slant range, as a grey: 255 is 1, as in the
/// water column; 0 where no bottom is known (altitude 0 or NaN). Both in the same unit.
[[nodiscard]] std::uint8_t grey_of_grazing(float altitude, float slant_range) noexcept;

/// The last conditioned rows of a side as grey pixels at one scale across track, nadir left: 128 is the
/// background's level, 7 a decibel; the water column is black. Windows are cut out of it at one scale along
/// track. Threads: one thread.
class WindowPicture {
 public:
  static constexpr int kMostWindowRows = 640;
  static constexpr std::int64_t kKept = 2048;

  void reset(const Conditioning& rows, PixelSize pixel);
  /// Draws the next row, which must be ready.
  void push(const Conditioning& rows);

  [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
  [[nodiscard]] int columns() const noexcept { return columns_; }
  /// Of one of the last kKept rows.
  [[nodiscard]] const RowInfo& info(std::int64_t row) const noexcept {
    return info_[static_cast<std::size_t>(row & (kKept - 1))];
  }
  /// Rows of pings that `height` pixels cover at this spacing, kMostWindowRows at most: what is denser is
  /// squeezed.
  [[nodiscard]] int rows_of(int height, float spacing_m) const noexcept;

  /// Fills `window` (8-bit) with `window_rows` rows, the last of them `last`, and the columns from `left` on.
  /// What does not exist is grey. A second channel, if there is one, is grey_of_grazing().
  void cut(std::int64_t last, int window_rows, int left, cv::Mat& window) const;
  /// Draws a chip centred on this row and column.
  void draw(std::int64_t row, int column, float spacing_m, Chip& chip) const;

 private:
  [[nodiscard]] bool has(std::int64_t row) const noexcept {
    return row >= 0 && row < rows_ && rows_ - row <= kKept;
  }
  [[nodiscard]] std::uint8_t at(std::int64_t row, int column) const noexcept;
  void draw_grazing(std::int64_t row, int left, int y, cv::Mat& window) const;

  std::vector<std::uint8_t> pixels_;
  std::vector<RowInfo> info_;
  std::vector<int> cell_of_;  ///< By column, counted from nadir.
  PixelSize pixel_;
  int columns_ = 0;
  float edge_ = 0;  ///< Columns between the sonar and the first one.
  std::int64_t rows_ = 0;
};

}  // namespace towfish
