#include "detectors/onnx/window_picture.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/log_amplitude.hpp"
#include "pipeline/sonar/view_row.hpp"

namespace towfish {

namespace {

constexpr std::uint8_t kNothing = ViewRow::kBackground;
constexpr int kMostColumns = 32768;

}  // namespace

std::uint8_t grey_of_grazing(float altitude, float slant_range) noexcept {
  if (!(altitude > 0)) return 0;
  return static_cast<std::uint8_t>(std::lround(255 * altitude / std::max(slant_range, altitude)));
}

void WindowPicture::reset(const Conditioning& rows, PixelSize pixel) {
  pixel_ = pixel;
  const float range_m = static_cast<float>(rows.cells()) * rows.cell_m();
  columns_ = std::clamp(static_cast<int>(std::lround(range_m / pixel.across_m)), 1, kMostColumns);
  cell_of_.resize(static_cast<std::size_t>(columns_));
  for (int x = 0; x < columns_; ++x) {
    cell_of_[static_cast<std::size_t>(x)] =
        static_cast<int>((static_cast<float>(x) + 0.5F) * pixel.across_m / rows.cell_m());
  }
  pixels_.assign(static_cast<std::size_t>(kKept) * cell_of_.size(), kNothing);
  info_.assign(static_cast<std::size_t>(kKept), {});
  edge_ = std::max(0.0F, rows.geometry().first_edge_m) / pixel.across_m;
  rows_ = 0;
}

void WindowPicture::push(const Conditioning& rows) {
  const RowInfo& info = rows.info(rows_);
  info_[static_cast<std::size_t>(rows_ & (kKept - 1))] = info;
  const auto cells = rows.row(rows_);
  std::uint8_t* out = pixels_.data() + static_cast<std::size_t>(rows_ & (kKept - 1)) * cell_of_.size();
  for (const int from_nadir : cell_of_) {
    const int cell = from_nadir - info.bottom;
    if (cell < 0) {
      *out++ = 0;
    } else if (cell >= info.cells || info.missing) {
      *out++ = kNothing;
    } else {
      const int level = cells[static_cast<std::size_t>(cell)] * ViewRow::kGreyPerDecibel / kStepsPerDecibel;
      *out++ = static_cast<std::uint8_t>(std::clamp(ViewRow::kBackground + level, 0, 255));
    }
  }
  ++rows_;
}

int WindowPicture::rows_of(int height, float spacing_m) const noexcept {
  const float rows = static_cast<float>(height) * pixel_.along_m / std::max(spacing_m, 1e-4F);
  return std::clamp(static_cast<int>(std::lround(std::min(rows, 1e6F))), 16, kMostWindowRows);
}

std::uint8_t WindowPicture::at(std::int64_t row, int column) const noexcept {
  if (!has(row) || column < 0 || column >= columns_) return kNothing;
  return pixels_[static_cast<std::size_t>(row & (kKept - 1)) * cell_of_.size() +
                 static_cast<std::size_t>(column)];
}

void WindowPicture::cut(std::int64_t last, int window_rows, int left, cv::Mat& window) const {
  for (int y = 0; y < window.rows; ++y) {
    const std::int64_t row =
        last - window_rows + 1 + static_cast<std::int64_t>(y) * window_rows / window.rows;
    auto* out = window.ptr<std::uint8_t>(y);
    const int step = window.channels();
    for (int x = 0; x < window.cols; ++x) out[x * step] = at(row, left + x);
    if (step > 1) draw_grazing(row, left, y, window);
  }
}

void WindowPicture::draw_grazing(std::int64_t row, int left, int y, cv::Mat& window) const {
  auto* out = window.ptr<cv::Vec2b>(y);
  const int bottom = has(row) ? info(row).bottom : 0;
  const auto before = static_cast<float>(std::ranges::lower_bound(cell_of_, bottom) - cell_of_.begin());
  const float altitude = before > 0 ? edge_ + before : 0;  // In pixels.
  for (int x = 0; x < window.cols; ++x) {
    out[x][1] = grey_of_grazing(altitude, edge_ + static_cast<float>(left + x) + 0.5F);
  }
}

void WindowPicture::draw(std::int64_t row, int column, float spacing_m, Chip& chip) const {
  constexpr auto kSize = static_cast<int>(Chip::kSize);
  chip.metres_per_pixel = pixel_.along_m;
  const float columns_per_pixel = pixel_.along_m / pixel_.across_m;
  for (int y = 0; y < kSize; ++y) {
    const float along_m = static_cast<float>(y - kSize / 2) * pixel_.along_m;
    const std::int64_t at_row = row + std::lround(along_m / std::max(spacing_m, 1e-4F));
    for (int x = 0; x < kSize; ++x) {
      const auto from = static_cast<int>(std::lround(static_cast<float>(x - kSize / 2) * columns_per_pixel));
      chip.pixels[static_cast<std::size_t>(y * kSize + x)] = at(at_row, column + from);
    }
  }
}

}  // namespace towfish
