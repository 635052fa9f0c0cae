#include "detectors/highlight_shadow.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/log_amplitude.hpp"
#include "detectors/wide.hpp"

namespace towfish {

namespace {

constexpr float kLengthM[] = {0.3F, 0.6F, 1.2F};  // along track
constexpr float kWidthM[] = {0.25F, 0.5F, 1.0F};  // of the highlight, across track
constexpr float kShadowM[] = {0.3F, 0.5F, 1.0F, 2.0F};
constexpr int kClip = steps(15);
// A mean over more cells is worth more, though far less than if cells were independent.
constexpr float kWidthPower = 0.15F;
constexpr float kShadowPower = 0.2F;
constexpr float kLengthPower = 0.15F;
constexpr float kMostExcessDb = 5.0F;  // a highlight without shadow is worth no more
constexpr float kFloorDb = 1.2F;       // of restlessness: speckle never averages out entirely

std::size_t cells_of(float metres, float cell_m, int least) {
  return static_cast<std::size_t>(count_of(metres, cell_m, least, Conditioning::kMostCells));
}

}  // namespace

void HighlightShadow::reset(const Conditioning& rows) {
  const auto columns = static_cast<std::size_t>(rows.cells());
  for (auto& sums : sums_) sums.reset(columns);
  pad_ = cells_of(kShadowM[kShadows - 1], rows.cell_m(), 3) + 2;
  prefix_.assign(columns + 2 * pad_ + 1, 0);
  for (auto* values : {&highlight_, &shadow_, &best_}) values->assign(columns, 0.0F);
}

int HighlightShadow::reach(float spacing_m) const noexcept {
  return half_length(kLengthM[kLengths - 1], spacing_m);
}

void HighlightShadow::score(const Conditioning& rows, const Clutter& clutter, std::int64_t row,
                            std::int64_t end, std::span<const CellSpan> where, std::span<float> scores) {
  std::fill(best_.begin(), best_.end(), 0.0F);
  for (std::size_t length = 0; length < kLengths; ++length) score_length(rows, row, end, length);
  const auto rms = clutter.row(row);
  for_each_cell(where, [&](std::size_t i) { scores[i] = best_[i] / (rms[i] + kFloorDb); });
}

TOWFISH_WIDE void HighlightShadow::score_length(const Conditioning& rows, std::int64_t row, std::int64_t end,
                                                std::size_t length) {
  const int half = half_length(kLengthM[length], rows.info(row).spacing_m);
  const RowSpan span{std::max<std::int64_t>(0, row - half), std::min(end, row + half + 1)};
  sums_[length].move_to(span, [&rows](std::int64_t r, std::span<std::int32_t> sums, int sign) {
    add_row<kClip>(rows.row(r), sums, sign);
  });
  const auto sums = sums_[length].sums();
  std::int32_t total = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) prefix_[pad_ + i + 1] = total += sums[i];
  std::fill(prefix_.begin() + static_cast<std::ptrdiff_t>(pad_ + sums.size() + 1), prefix_.end(), total);

  const std::size_t n = sums.size();
  const float unit = 1.0F / static_cast<float>(kStepsPerDecibel * (2 * half + 1));
  const std::int32_t* at = prefix_.data() + pad_;  // at[i]: sum of the cells before i
  std::fill(highlight_.begin(), highlight_.end(), 0.0F);
  std::fill(shadow_.begin(), shadow_.end(), 0.0F);
  for (const float metres : kWidthM) {
    const std::size_t w = cells_of(metres, rows.cell_m(), 2);
    const float scale = std::pow(metres / 0.5F, kWidthPower) * unit / static_cast<float>(w);
    for (std::size_t i = 0; i < n; ++i) {
      highlight_[i] = std::max(highlight_[i], static_cast<float>(at[i + 1] - at[i + 1 - w]) * scale);
    }
  }
  for (const float metres : kShadowM) {
    const std::size_t w = cells_of(metres, rows.cell_m(), 3);
    const float scale = std::pow(metres, kShadowPower) * unit / static_cast<float>(w);
    for (std::size_t i = 0; i < n; ++i) {
      shadow_[i] = std::max(shadow_[i], static_cast<float>(at[i + 2] - at[i + 2 + w]) * scale);
    }
  }
  const float weight = std::pow(kLengthM[length] / 0.6F, kLengthPower);
  for (std::size_t i = 0; i < n; ++i)
    best_[i] =
        std::max(best_[i], weight * (std::min(highlight_[i], shadow_[i] + kMostExcessDb) + shadow_[i]));
}

}  // namespace towfish
