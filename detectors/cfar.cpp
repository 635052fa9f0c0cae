#include "detectors/cfar.hpp"

#include <algorithm>
#include <cmath>

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

RowSpan around(std::int64_t row, int half, std::int64_t end) {
  return {std::max<std::int64_t>(0, row - half), std::min(end, row + half + 1)};
}

}  // namespace

void Cfar::reset(const Conditioning& rows) {
  const auto columns = static_cast<std::size_t>(rows.cells());
  for (auto* sums : {&sums_, &reference_, &guard_}) sums->reset(columns);
  prefix_.assign(columns + 1, 0);
  prefix_guard_.assign(columns + 1, 0);
  for (auto* values : {&cell_, &brightest_, &darkest_}) values->assign(columns, 0.0F);
}

int Cfar::reach(float spacing_m) const noexcept {
  return count_of(kReferenceHalfM, spacing_m, 3, kReach);
}

void Cfar::score(const Conditioning& rows, const Clutter& clutter, std::int64_t row, std::int64_t end,
                 std::span<const CellSpan> where, std::span<float> scores) {
  smooth(rows, row, end);
  for (const CellSpan& span : where) take_extremes(rows, span);
  const float spacing = rows.info(row).spacing_m;
  const RowSpan wide = around(row, reach(spacing), end);
  const RowSpan close = around(row, count_of(kGuardHalfM, spacing, 1, kReach - 2), end);
  reference_.move_to(wide, clipped<kCensor>(rows));
  guard_.move_to(close, clipped<kCensor>(rows));
  const int n = rows.cells();
  sum_up(reference_.sums(), prefix_.data() + 1);
  sum_up(guard_.sums(), prefix_guard_.data() + 1);
  const int reach = count_of(kReferenceHalfM, rows.cell_m(), 4, n);
  const int guard = count_of(kGuardHalfM, rows.cell_m(), 2, n);
  const auto rms = clutter.row(row);
  for_each_cell(where, [&](std::size_t cell) {
    const int i = static_cast<int>(cell);
    const int a = std::max(0, i - reach);
    const int b = std::min(n, i + reach + 1);
    const int c = std::max(0, i - guard);
    const int d = std::min(n, i + guard + 1);
    const auto at = [](const std::vector<std::int32_t>& v, int k) { return v[static_cast<std::size_t>(k)]; };
    const auto sum = (at(prefix_, b) - at(prefix_, a)) - (at(prefix_guard_, d) - at(prefix_guard_, c));
    const auto count = (b - a) * wide.size() - (d - c) * close.size();
    const float mean = static_cast<float>(sum) / static_cast<float>(count * kStepsPerDecibel);
    const float spread = rms[cell] + kFloorDb;
    const float bright = (brightest_[cell] - mean) / spread;
    const float dark = (mean - darkest_[cell]) / spread;
    scores[cell] = std::max(0.0F, std::min(bright, dark + 2.0F) + dark);
  });
}

TOWFISH_WIDE void Cfar::smooth(const Conditioning& rows, std::int64_t row, std::int64_t end) {
  const RowSpan span = around(row, count_of(kCellHalfM, rows.info(row).spacing_m, 1, kReach), end);
  sums_.move_to(span, clipped<kClip>(rows));
  const int n = rows.cells();
  sum_up(sums_.sums(), prefix_.data() + 1);
  const int half = count_of(kCellHalfM, rows.cell_m(), 1, n);
  const float unit = 1.0F / static_cast<float>((2 * half + 1) * span.size() * kStepsPerDecibel);
  const std::int32_t* const before = prefix_.data();
  float* const cell = cell_.data();
  for_each_window(cell_.size(), static_cast<std::size_t>(half),
                  [=](std::size_t i, std::size_t first, std::size_t last) {
                    cell[i] = static_cast<float>(before[last] - before[first]) * unit;
                  });
}

TOWFISH_WIDE void Cfar::take_extremes(const Conditioning& rows, CellSpan where) {
  const int n = rows.cells();
  const int front = count_of(kFrontM, rows.cell_m(), 2, n);
  const int behind = count_of(kBehindM, rows.cell_m(), 3, n);
  const int gap = count_of(kCellHalfM, rows.cell_m(), 1, n) + 1;
  const auto count = static_cast<std::size_t>(where.end - where.first);
  std::fill_n(brightest_.begin() + where.first, count, 0.0F);
  std::fill_n(darkest_.begin() + where.first, count, 0.0F);
  for (int k = 0; k <= front; ++k) {
    for (int i = std::max(k, where.first); i < where.end; ++i) {
      float& best = brightest_[static_cast<std::size_t>(i)];
      best = std::max(best, cell_[static_cast<std::size_t>(i - k)]);
    }
  }
  for (int k = gap; k <= behind; ++k) {
    for (int i = where.first; i < std::min(where.end, n - k); ++i) {
      float& best = darkest_[static_cast<std::size_t>(i)];
      best = std::min(best, cell_[static_cast<std::size_t>(i + k)]);
    }
  }
}

}  // namespace towfish
