#include "detectors/matched_filter.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/log_amplitude.hpp"
#include "detectors/prefix_sums.hpp"
#include "detectors/wide.hpp"
#include "pipeline/sonar/geometry.hpp"

namespace towfish {

namespace {

constexpr float kLengthM[] = {0.5F, 1.0F};
constexpr float kHeightM[] = {0.2F, 0.4F, 0.8F};
constexpr float kHighlightM = 0.4F;
constexpr float kBeyondM = 0.4F;
constexpr float kLeastShadowM = 0.4F;
constexpr float kMostShadowM = 5.0F;
constexpr float kAltitudePart = 0.1F;  // of the range, where no bottom return is seen
constexpr int kClip = steps(15);

constexpr float kFloorDb = 1.2F;
// What a higher object is worth: by the length of its shadow at four times the altitude, wherever it lies.
constexpr float kPower = 0.2F;
constexpr float kShadowPerHeight = 4.0F;

std::size_t cells_of(float metres, float cell_m) {
  return static_cast<std::size_t>(count_of(metres, cell_m, 2, Conditioning::kMostCells));
}

}  // namespace

void MatchedFilter::reset(const Conditioning& rows) {
  const auto columns = static_cast<std::size_t>(rows.cells());
  for (auto& sums : sums_) sums.reset(columns);
  pad_ = cells_of(kMostShadowM, rows.cell_m()) + cells_of(kBeyondM, rows.cell_m()) + 3 + kLanes;
  prefix_.assign(columns + 2 * pad_ + 1, 0);
  for (auto& lengths : shadow_) lengths.assign(columns + kLanes, 2);
  laid_out_for_ = -1;
  share_.assign(pad_ + 1, 0.0F);
  for (std::size_t w = 1; w <= pad_; ++w) {
    share_[w] = Clutter::share_of_shadow(static_cast<float>(w) * rows.cell_m());
  }
  for (std::size_t k = 0; k < kHeights; ++k) worth_[k] = std::pow(kShadowPerHeight * kHeightM[k], kPower);
}

int MatchedFilter::reach(float spacing_m) const noexcept {
  return half_length(kLengthM[kLengths - 1], spacing_m);
}

TOWFISH_WIDE void MatchedFilter::lay_out(const Conditioning& rows, int bottom) {
  laid_out_for_ = bottom;
  const TraceGeometry& geometry = rows.geometry();
  const float altitude = bottom > 0 ? geometry.first_edge_m + static_cast<float>(bottom) * rows.cell_m()
                                    : kAltitudePart * geometry.range_m();
  for (std::size_t k = 0; k < kHeights; ++k) {
    for (std::size_t i = 0; i < shadow_[k].size(); ++i) {
      const float range =
          geometry.first_edge_m + static_cast<float>(bottom + static_cast<int>(i)) * rows.cell_m();
      const float metres =
          std::clamp(shadow_length_m(altitude, kHeightM[k], range), kLeastShadowM, kMostShadowM);
      shadow_[k][i] = static_cast<std::int32_t>(cells_of(metres, rows.cell_m()));
    }
  }
}

void MatchedFilter::score(const Conditioning& rows, const Clutter& clutter, std::int64_t row,
                          std::int64_t end, std::span<const CellSpan> where, std::span<float> scores) {
  if (rows.info(row).bottom != laid_out_for_) lay_out(rows, rows.info(row).bottom);
  for_each_cell(where, [&](std::size_t i) { scores[i] = 0; });
  for (std::size_t length = 0; length < kLengths; ++length) {
    score_length(rows, clutter, row, end, length, where, scores);
  }
}

TOWFISH_WIDE void MatchedFilter::score_length(const Conditioning& rows, const Clutter& clutter,
                                              std::int64_t row, std::int64_t end, std::size_t length,
                                              std::span<const CellSpan> where, std::span<float> scores) {
  const auto highlight = cells_of(kHighlightM, rows.cell_m());
  const auto beyond = static_cast<std::int32_t>(cells_of(kBeyondM, rows.cell_m()));
  const float front = 1.0F / static_cast<float>(highlight);
  const float back = 0.25F / static_cast<float>(beyond);
  const int half = half_length(kLengthM[length], rows.info(row).spacing_m);
  const RowSpan span{std::max<std::int64_t>(0, row - half), std::min(end, row + half + 1)};
  sums_[length].move_to(span, [&rows](std::int64_t r, std::span<std::int32_t> sums, int sign) {
    add_row<kClip>(rows.row(r), sums, sign);
  });
  sum_up_padded(sums_[length].sums(), pad_, prefix_);
  const std::int32_t* at = prefix_.data() + pad_;
  const float unit = 1.0F / static_cast<float>(kStepsPerDecibel * (2 * half + 1));
  const float* __restrict const rms = clutter.row(row).data();
  const float* __restrict const shadow_rms = clutter.shadow_row(row).data();
  const float* __restrict const share = share_.data();
  const std::array<const std::int32_t*, kHeights> lengths{shadow_[0].data(), shadow_[1].data(),
                                                          shadow_[2].data()};
  const auto worth = worth_;
  const auto score = [=](std::size_t i) __attribute__((always_inline)) {
    const float spread = rms[i] + kFloorDb;
    const float bright = static_cast<float>(at[i + 1] - at[i + 1 - highlight]) * front / spread;
    const auto with = [=](std::size_t k) __attribute__((always_inline)) {
      const std::int32_t w = lengths[k][i];
      const std::int32_t behind = static_cast<std::int32_t>(i) + 2 + w;
      const float dark = static_cast<float>(at[i + 2] - at[behind]) * (1.0F / static_cast<float>(w));
      const float after = static_cast<float>(at[behind + 1 + beyond] - at[behind + 1]) * back;
      const float shadow = dark / (Clutter::over(share[w], rms[i], shadow_rms[i]) + kFloorDb);
      return (bright + shadow + std::min(after, 0.0F) / spread) * worth[k];
    };
    return std::max({0.0F, with(0), with(1), with(2)}) * unit;
  };
  for_each_lane(where, score, [=](std::size_t i, float one) { scores[i] = std::max(scores[i], one); });
}

}  // namespace towfish
