#include "detectors/cfar.hpp"

#include <algorithm>
#include <array>

#include "detectors/lengths.hpp"
#include "detectors/log_amplitude.hpp"
#include "detectors/prefix_sums.hpp"
#include "detectors/wide.hpp"

namespace towfish {

namespace {

constexpr float kCellHalfM = 0.15F;
constexpr float kFrontM = 0.6F;
constexpr float kBehindM = 1.4F;
constexpr float kGuardHalfM = 1.0F;
constexpr float kReferenceHalfM = 2.5F;
constexpr int kClip = steps(15);
constexpr int kCensor = steps(5);
constexpr float kFloorDb = 1.5F;

template <int Limit>
auto clipped(const Conditioning& rows) {
  return [&rows](std::int64_t r, std::span<std::int32_t> sums, int sign) {
    add_row<Limit>(rows.row(r), sums, sign);
  };
}

int reach_across(const Conditioning& rows) {
  return count_of(kReferenceHalfM, rows.cell_m(), 4, rows.cells());
}

int front_of(const Conditioning& rows) {
  return count_of(kFrontM, rows.cell_m(), 2, rows.cells());
}

int behind_of(const Conditioning& rows) {
  return count_of(kBehindM, rows.cell_m(), 3, rows.cells());
}

RowSpan around(std::int64_t row, int half, std::int64_t end) {
  return {std::max<std::int64_t>(0, row - half), std::min(end, row + half + 1)};
}

}  // namespace

void Cfar::reset(const Conditioning& rows) {
  const auto columns = static_cast<std::size_t>(rows.cells());
  for (auto* sums : {&sums_, &reference_, &guard_}) sums->reset(columns);
  prefix_.assign(columns + 1, 0);
  pad_ = static_cast<std::size_t>(reach_across(rows)) + kLanes;
  for (auto* prefix : {&prefix_reference_, &prefix_guard_}) prefix->assign(columns + 2 * pad_ + 1, 0);
  const auto looked_at = static_cast<std::size_t>(std::max(front_of(rows), behind_of(rows)));
  cell_pad_ = looked_at + kLanes;
  cell_.assign(columns + 2 * cell_pad_, 0.0F);
  for (auto* values : {&brightest_, &darkest_}) values->assign(columns + kLanes, 0.0F);
}

int Cfar::reach(float spacing_m) const noexcept {
  return count_of(kReferenceHalfM, spacing_m, 3, kReach);
}

void Cfar::score(const Conditioning& rows, const Clutter& clutter, std::int64_t row, std::int64_t end,
                 std::span<const CellSpan> where, std::span<float> scores) {
  smooth(rows, row, end);
  take_extremes(rows, where);
  const float spacing = rows.info(row).spacing_m;
  const RowSpan wide = around(row, reach(spacing), end);
  const RowSpan close = around(row, count_of(kGuardHalfM, spacing, 1, kReach - 2), end);
  reference_.move_to(wide, clipped<kCensor>(rows));
  guard_.move_to(close, clipped<kCensor>(rows));
  sum_up_padded(reference_.sums(), pad_, prefix_reference_);
  sum_up_padded(guard_.sums(), pad_, prefix_guard_);
  compare(rows, clutter.row(row), static_cast<std::int32_t>(wide.size()),
          static_cast<std::int32_t>(close.size()), where, scores);
}

// With what lies around, but for the guard: boxes cut off at the ends of the row, whose sums are those of
// whole boxes, because there is nothing beyond.
TOWFISH_LANES void Cfar::compare(const Conditioning& rows, std::span<const float> rms, std::int32_t wide,
                                 std::int32_t close, std::span<const CellSpan> where,
                                 std::span<float> scores) const {
  const std::int32_t n = rows.cells();
  const std::int32_t reach = reach_across(rows);
  const std::int32_t guard = count_of(kGuardHalfM, rows.cell_m(), 2, n);
  const std::int32_t* const around = prefix_reference_.data() + pad_;  // around[i]: of the cells before i
  const std::int32_t* const near = prefix_guard_.data() + pad_;
  const float* const restlessness = rms.data();
  const float* const brightest = brightest_.data();
  const float* const darkest = darkest_.data();
  const auto score = [=](std::size_t cell) __attribute__((always_inline)) {
    const auto i = static_cast<std::int32_t>(cell);
    const auto cells = [=](std::int32_t half) __attribute__((always_inline)) {
      return std::min(n, i + half + 1) - std::max(0, i - half);
    };
    const std::int32_t sum =
        (around[i + reach + 1] - around[i - reach]) - (near[i + guard + 1] - near[i - guard]);
    const std::int32_t count = cells(reach) * wide - cells(guard) * close;
    const float mean = static_cast<float>(sum) / static_cast<float>(count * kStepsPerDecibel);
    const float spread = restlessness[cell] + kFloorDb;
    const float bright = (brightest[cell] - mean) / spread;
    const float dark = (mean - darkest[cell]) / spread;
    return std::max(0.0F, std::min(bright, dark + 2.0F) + dark);
  };
  for_each_lane(where, score, [=](std::size_t i, float one) { scores[i] = one; });
}

TOWFISH_WIDE void Cfar::smooth(const Conditioning& rows, std::int64_t row, std::int64_t end) {
  const RowSpan span = around(row, count_of(kCellHalfM, rows.info(row).spacing_m, 1, kReach), end);
  sums_.move_to(span, clipped<kClip>(rows));
  const int n = rows.cells();
  sum_up(sums_.sums(), prefix_.data() + 1);
  const int half = count_of(kCellHalfM, rows.cell_m(), 1, n);
  const float unit = 1.0F / static_cast<float>((2 * half + 1) * span.size() * kStepsPerDecibel);
  const std::int32_t* const before = prefix_.data();
  float* const cell = cell_.data() + cell_pad_;
  for_each_window(static_cast<std::size_t>(n), static_cast<std::size_t>(half),
                  [=](std::size_t i, std::size_t first, std::size_t last) {
                    cell[i] = static_cast<float>(before[last] - before[first]) * unit;
                  });
}

// Of eight cells at once, kept in registers until all were compared. Beyond the row there are zeros, which
// are neither bright nor dark.
TOWFISH_LANES void Cfar::take_extremes(const Conditioning& rows, std::span<const CellSpan> where) {
  const auto front = static_cast<std::size_t>(front_of(rows));
  const auto behind = static_cast<std::size_t>(behind_of(rows));
  const auto gap = static_cast<std::size_t>(count_of(kCellHalfM, rows.cell_m(), 1, rows.cells())) + 1;
  for (const CellSpan& span : where) {
    for (auto i = static_cast<std::size_t>(span.first); i < static_cast<std::size_t>(span.end); i += kLanes) {
      const float* const cell = cell_.data() + cell_pad_ + i;
      std::array<float, kLanes> bright{};
      for (const float* from = cell - front; from <= cell; ++from) {
        for (std::size_t k = 0; k < kLanes; ++k) bright[k] = std::max(bright[k], from[k]);
      }
      std::array<float, kLanes> dark{};
      for (const float* from = cell + gap; from <= cell + behind; ++from) {
        for (std::size_t k = 0; k < kLanes; ++k) dark[k] = std::min(dark[k], from[k]);
      }
      std::ranges::copy(bright, brightest_.begin() + static_cast<std::ptrdiff_t>(i));
      std::ranges::copy(dark, darkest_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

}  // namespace towfish
