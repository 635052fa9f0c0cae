#include "detectors/highlight_shadow.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/log_amplitude.hpp"
#include "detectors/prefix_sums.hpp"
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
  for (auto* values : {&highlight_, &worth_, &best_}) values->assign(columns, 0.0F);
  for (auto& worth : shadow_worth_) worth.assign(columns, 0.0F);
  weighed_ = -1;
  for (std::size_t k = 0; k < kWidths; ++k)
    fronts_[k] = {cells_of(kWidthM[k], rows.cell_m(), 2), std::pow(kWidthM[k] / 0.5F, kWidthPower)};
  for (std::size_t k = 0; k < kShadows; ++k)
    behind_[k] = {cells_of(kShadowM[k], rows.cell_m(), 3), std::pow(kShadowM[k], kShadowPower)};
  for (std::size_t k = 0; k < kLengths; ++k) weights_[k] = std::pow(kLengthM[k] / 0.6F, kLengthPower);
}

int HighlightShadow::reach(float spacing_m) const noexcept {
  return half_length(kLengthM[kLengths - 1], spacing_m);
}

void HighlightShadow::score(const Conditioning& rows, const Clutter& clutter, std::int64_t row,
                            std::int64_t end, std::span<const CellSpan> where, std::span<float> scores) {
  if (const std::int64_t block = clutter.block_of(row); block != weighed_) {
    weigh(clutter.row(row), clutter.shadow_row(row));
    weighed_ = block;
  }
  std::fill(best_.begin(), best_.end(), 0.0F);
  for (std::size_t length = 0; length < kLengths; ++length) score_length(rows, row, end, length);
  for_each_cell(where, [&](std::size_t i) { scores[i] = best_[i]; });
}

TOWFISH_WIDE void HighlightShadow::weigh(std::span<const float> rms, std::span<const float> shadow_rms) {
  const float* __restrict const small = rms.data();
  const float* __restrict const large = shadow_rms.data();
  const auto weigh_by = [&](float share, float* __restrict worth) __attribute__((always_inline)) {
    for (std::size_t i = 0; i < rms.size(); ++i) {
      worth[i] = 1 / (Clutter::over(share, small[i], large[i]) + kFloorDb);
    }
  };
  weigh_by(0, worth_.data());
  for (std::size_t k = 0; k < kShadows; ++k) {
    weigh_by(Clutter::share_of_shadow(kShadowM[k]), shadow_worth_[k].data());
  }
}

TOWFISH_WIDE void HighlightShadow::score_length(const Conditioning& rows, std::int64_t row, std::int64_t end,
                                                std::size_t length) {
  const int half = half_length(kLengthM[length], rows.info(row).spacing_m);
  const RowSpan span{std::max<std::int64_t>(0, row - half), std::min(end, row + half + 1)};
  sums_[length].move_to(span, [&rows](std::int64_t r, std::span<std::int32_t> sums, int sign) {
    add_row<kClip>(rows.row(r), sums, sign);
  });
  const auto sums = sums_[length].sums();
  sum_up_padded(sums, pad_, prefix_);

  const std::size_t n = sums.size();
  const float unit = 1.0F / static_cast<float>(kStepsPerDecibel * (2 * half + 1));
  const std::int32_t* __restrict const at = prefix_.data() + pad_;  // at[i]: sum of the cells before i
  auto fronts = fronts_;
  auto behind = behind_;
  for (Box& box : fronts) box.scale = box.scale * unit / static_cast<float>(box.cells);
  for (Box& box : behind) box.scale = box.scale * unit / static_cast<float>(box.cells);
  float* __restrict const highlight = highlight_.data();
  for (std::size_t i = 0; i < n; ++i) {
    const auto front = [=](const Box& box) __attribute__((always_inline)) {
      return static_cast<float>(at[i + 1] - at[i + 1 - box.cells]) * box.scale;
    };
    highlight[i] = std::max({0.0F, front(fronts[0]), front(fronts[1]), front(fronts[2])});
  }
  const float weight = weights_[length];
  const float* __restrict const worth = worth_.data();
  float* __restrict const best = best_.data();
  const std::array<const float*, kShadows> shadow_worth{shadow_worth_[0].data(), shadow_worth_[1].data(),
                                                        shadow_worth_[2].data(), shadow_worth_[3].data()};
  for (std::size_t i = 0; i < n; ++i) {
    const auto with_shadow = [=](const Box& box, const float* by) __attribute__((always_inline)) {
      const float dark = static_cast<float>(at[i + 2] - at[i + 2 + box.cells]) * box.scale;
      return std::min(highlight[i], dark + kMostExcessDb) * worth[i] + dark * by[i];
    };
    const float without = std::min(highlight[i], kMostExcessDb) * worth[i];
    const float by_short =
        std::max(with_shadow(behind[0], shadow_worth[0]), with_shadow(behind[1], shadow_worth[1]));
    const float by_long =
        std::max(with_shadow(behind[2], shadow_worth[2]), with_shadow(behind[3], shadow_worth[3]));
    best[i] = std::max(best[i], weight * std::max(without, std::max(by_short, by_long)));
  }
}

}  // namespace towfish
