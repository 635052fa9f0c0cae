#include "detectors/candidate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <utility>

#include "detectors/lengths.hpp"
#include "detectors/log_amplitude.hpp"

namespace towfish {

namespace {

constexpr float kStencilM = 0.4F;  // highlight and shadow looked at for the length
constexpr float kShadowStencilM = 0.8F;
constexpr float kMostWidthM = 3.0F;
constexpr float kMostShadowM = 12.0F;
constexpr float kGapM = 0.25F;      // a break this long ends a highlight or a shadow
constexpr float kSoftEdgeM = 1.0F;  // a shadow may set in this late
constexpr float kBesideM = 0.6F;
constexpr float kMostHalfLengthM = 3.0F;
constexpr float kBendM = 4.0F;  // of track before and behind over which its bend is measured
constexpr int kBendMostPings = 64;
constexpr int kClip = steps(15);

int cells_of(float metres, float cell_m, int least) {
  return count_of(metres, cell_m, least, Conditioning::kMostCells);
}

int half_length(float spacing_m) {
  return count_of(kMostHalfLengthM, spacing_m, 4, Measurement::kReach - Measurement::kReach / 4 - 3);
}

int beside(float spacing_m) {
  return count_of(kBesideM, spacing_m, 2, Measurement::kReach / 4);
}

/// Of levels, each limited, in steps.
struct Sum {
  std::int64_t steps = 0;
  std::int64_t cells = 0;

  Sum& operator+=(const Sum& other) noexcept {
    steps += other.steps;
    cells += other.cells;
    return *this;
  }
  [[nodiscard]] float mean_db() const noexcept {
    return cells == 0 ? 0.0F : static_cast<float>(steps) / static_cast<float>(cells * kStepsPerDecibel);
  }
};

/// Cells `first` up to `end` of a row that has `count`.
Sum sum_of(const std::int16_t* row, int count, int first, int end) noexcept {
  first = std::max(0, first);
  end = std::min(end, count);
  std::int32_t steps = 0;
  for (int c = first; c < end; ++c) steps += std::clamp<int>(row[c], -kClip, kClip);
  return {steps, std::max(0, end - first)};
}

}  // namespace

/// Rows next to each other, for means over their cells.
class Measurement::Band {
 public:
  Band(const Measurement& all, RowSpan rows) noexcept {
    const auto end = std::min(rows.end, all.end_);
    for (auto r = std::max<std::int64_t>(0, rows.first); r < end && size_ < rows_.size(); ++r)
      rows_[size_++] = {all.rows_.row(r).data(), all.rows_.info(r).cells};
  }
  /// 0 where there is no cell.
  [[nodiscard]] float mean(int first, int end) const noexcept {
    Sum all;
    for (std::size_t i = 0; i < size_; ++i) all += sum_of(rows_[i].cells, rows_[i].count, first, end);
    return all.mean_db();
  }
  /// Of any of the rows.
  [[nodiscard]] float highest_mean(int first, int end) const noexcept {
    float highest = -std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < size_; ++i)
      highest = std::max(highest, sum_of(rows_[i].cells, rows_[i].count, first, end).mean_db());
    return highest;
  }
  /// Of the cells, those below a level; 0 where there is none.
  [[nodiscard]] float dark_part(int first, int end, float below_db) const noexcept {
    const auto level = static_cast<std::int16_t>(below_db * kStepsPerDecibel);
    first = std::max(0, first);
    std::int64_t dark = 0;
    std::int64_t all = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const Row& row = rows_[i];
      for (int c = first; c < std::min(end, row.count); ++c, ++all) dark += row.cells[c] < level;
    }
    return all == 0 ? 0.0F : static_cast<float>(dark) / static_cast<float>(all);
  }

 private:
  struct Row {
    const std::int16_t* cells;
    int count;
  };
  std::array<Row, std::size_t{2} * kReach> rows_;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::size_t size_ = 0;
};

float Measurement::mean_magnitude(RowSpan rows, int first, int end) const noexcept {
  const Band band(*this, rows);
  float sum = 0;
  const int step = cells_of(0.4F, rows_.cell_m(), 1);
  int count = 0;
  for (int c = first; c < end; c += step, ++count) sum += std::abs(band.mean(c, c + step));
  return count == 0 ? 0.0F : sum / static_cast<float>(count);
}

int Measurement::reach(float spacing_m) noexcept {
  return half_length(spacing_m) + beside(spacing_m) + 3;
}

void Measurement::measure(Candidate& candidate) const noexcept {
  candidate.spacing_m = rows_.info(candidate.row).spacing_m;
  measure_length(candidate);
  measure_across(candidate);
  const RowSpan rows{candidate.first_row, candidate.last_row + 1};
  const int edge = candidate.cell;
  const int before = cells_of(kBesideM, rows_.cell_m(), 2);
  const Band band(*this, rows);
  candidate.highlight_db = band.mean(candidate.highlight_first, edge + 1);
  candidate.shadow_db = band.mean(edge + 1, candidate.shadow_last + 1);
  candidate.before_db = band.mean(candidate.highlight_first - before, candidate.highlight_first);
  candidate.beyond_db = band.mean(candidate.shadow_last + 2, candidate.shadow_last + 2 + before);
  candidate.peak_db = std::max(-30.0F, band.highest_mean(candidate.highlight_first, edge + 1));
  const int besides = beside(candidate.spacing_m);
  const int from = candidate.highlight_first;
  const int to = std::min(candidate.shadow_last + 1, edge + 1 + cells_of(1.0F, rows_.cell_m(), 3));
  candidate.beside_db = 0.5F * (mean_magnitude({rows.first - 1 - besides, rows.first - 1}, from, to) +
                                mean_magnitude({rows.end + 1, rows.end + 1 + besides}, from, to));
  candidate.shadow_fill = band.dark_part(edge + 2, candidate.shadow_last + 1, 0.5F * candidate.shadow_db);
  candidate.behind_bottom_m = static_cast<float>(edge + 1) * rows_.cell_m();
  candidate.bottom_leap_m =
      static_cast<float>(highest_leap({rows.first - besides, rows.end + besides})) * rows_.cell_m();
  const float slant_range_m = static_cast<float>(rows_.info(candidate.row).bottom + edge) * rows_.cell_m() +
                              rows_.geometry().first_edge_m;
  candidate.bend = bend_per_m(candidate.row, candidate.spacing_m) * slant_range_m;
  candidate.clutter_db = clutter_.row(candidate.row)[static_cast<std::size_t>(edge)];
  candidate.shadow_clutter_db = clutter_.shadow_row(candidate.row)[static_cast<std::size_t>(edge)];
}

int Measurement::highest_leap(RowSpan rows) const noexcept {
  int highest = 0;
  for (auto r = std::max<std::int64_t>(1, rows.first); r < std::min(rows.end, end_); ++r) {
    highest = std::max(highest, std::abs(rows_.info(r).bottom - rows_.info(r - 1).bottom));
  }
  return highest;
}

// Radians a metre. Before the place and behind it alike, so that neither a heading that jitters nor one that
// is wrong for a ping makes a turn; 0 where the heading is not known.
float Measurement::bend_per_m(std::int64_t row, float spacing_m) const noexcept {
  const int half = count_of(kBendM, spacing_m, 4, kBendMostPings);
  const std::int64_t first = std::max<std::int64_t>(0, row - half);
  const std::int64_t last = std::min(rows_.pushed() - 1, row + half);
  const auto bend = [&](std::int64_t from, std::int64_t to) {
    constexpr float kRadians = std::numbers::pi_v<float> / 180;
    const float turn =
        std::remainder(rows_.info(to).ping.heading_deg - rows_.info(from).ping.heading_deg, 360.0F);
    return turn * kRadians / (static_cast<float>(to - from) * spacing_m);
  };
  if (first == row || last == row) return 0;
  const float before = bend(first, row);
  const float behind = bend(row, last);
  return before * behind > 0 ? std::min(std::abs(before), std::abs(behind)) : 0;
}

// Along track: as far as highlight less shadow stays over half of what it is at the peak.
void Measurement::measure_length(Candidate& candidate) const noexcept {
  const int h = cells_of(kStencilM, rows_.cell_m(), 2);
  const int s = cells_of(kShadowStencilM, rows_.cell_m(), 3);
  struct Parts {
    Sum bright;
    Sum dark;
  };
  const auto parts_of = [&](std::int64_t row) -> Parts {
    if (row < 0 || row >= end_) return {};
    const std::int16_t* const cells = rows_.row(row).data();
    const int count = rows_.info(row).cells;
    return {sum_of(cells, count, candidate.cell + 1 - h, candidate.cell + 1),
            sum_of(cells, count, candidate.cell + 2, candidate.cell + 2 + s)};
  };
  const auto contrast = [](Parts sum, const Parts& second, const Parts& third) {
    ((sum.bright += second.bright) += third.bright);
    ((sum.dark += second.dark) += third.dark);
    return sum.bright.mean_db() - sum.dark.mean_db();
  };
  const Parts peak = parts_of(candidate.row);
  const float half = 0.4F * contrast(parts_of(candidate.row - 1), peak, parts_of(candidate.row + 1));
  const std::int64_t most = half_length(candidate.spacing_m);
  const auto farthest = [&](std::int64_t step) {
    std::int64_t row = candidate.row;
    Parts behind = peak;
    Parts middle = parts_of(row + step);
    while (std::abs(row - candidate.row) < most && row + step >= 0 && row + step < end_) {
      const Parts ahead = parts_of(row + 2 * step);
      if (!(contrast(behind, middle, ahead) > half)) break;
      row += step;
      behind = std::exchange(middle, ahead);
    }
    return row;
  };
  candidate.first_row = farthest(-1);
  candidate.last_row = farthest(1);
  const auto pings = static_cast<float>(candidate.last_row - candidate.first_row + 1);
  candidate.length_m = pings * candidate.spacing_m;
}

void Measurement::measure_across(Candidate& candidate) const noexcept {
  const auto middle = (candidate.first_row + candidate.last_row) / 2;
  const auto quarter = std::max<std::int64_t>(1, (candidate.last_row - candidate.first_row) / 4);
  const RowSpan core{std::min(middle, candidate.row) - quarter,
                     std::max(middle, candidate.row) + quarter + 1};
  const Band band(*this, core);
  const int gap = cells_of(kGapM, rows_.cell_m(), 1);
  const int h = cells_of(kStencilM, rows_.cell_m(), 2);
  const float bright = 0.35F * band.mean(candidate.cell + 1 - h, candidate.cell + 1);
  int first = candidate.cell;
  const int least = std::max(0, candidate.cell - cells_of(kMostWidthM, rows_.cell_m(), 2));
  while (first > least && band.mean(first - gap, first) > std::max(bright, 1.0F)) --first;
  candidate.highlight_first = first;
  const int s = cells_of(kShadowStencilM, rows_.cell_m(), 3);
  const float dark = 0.4F * band.mean(candidate.cell + 2, candidate.cell + 2 + s);
  const int cells = rows_.info(candidate.row).cells;
  const int most = std::min(cells - 1, candidate.cell + cells_of(kMostShadowM, rows_.cell_m(), 3));
  const auto is_dark = [&](int from) { return band.mean(from, from + gap) < std::min(dark, -1.0F); };
  int last = std::min(cells - 1, candidate.cell + 1);
  const int latest = std::min(cells - 1, candidate.cell + 1 + cells_of(kSoftEdgeM, rows_.cell_m(), 1));
  for (int start = last; start <= latest; ++start) {
    if (!is_dark(start + 1)) continue;
    last = start;
    break;
  }
  while (last < most && is_dark(last + 1)) ++last;
  candidate.shadow_last = last;
  candidate.width_m = static_cast<float>(candidate.cell + 1 - candidate.highlight_first) * rows_.cell_m();
  candidate.shadow_m = static_cast<float>(candidate.shadow_last - candidate.cell) * rows_.cell_m();
}

}  // namespace towfish
