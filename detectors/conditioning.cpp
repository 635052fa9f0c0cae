#include "detectors/conditioning.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <type_traits>

#include "detectors/lengths.hpp"
#include "detectors/log_amplitude.hpp"
#include "detectors/prefix_sums.hpp"
#include "detectors/wide.hpp"

namespace towfish {

namespace {

constexpr float kGainHalfM = 4.0F;   // across track
constexpr float kLocalHalfM = 2.0F;  // both ways
constexpr int kLocalMostPings = 40;
constexpr int kClip = steps(6);
constexpr int kLimit = steps(24);
constexpr int kSmooth = 2;  // pings either way, for the bottom return
constexpr float kRefineM = 0.8F;
constexpr float kRefineStepM = 0.4F;
constexpr int kRefineLeast = steps(3);

void add_clipped(std::span<const std::int16_t> row, int cells, std::span<std::int32_t> sums, int sign) {
  add_row<kClip>(row.first(static_cast<std::size_t>(cells)), sums, sign);
}

void add_ones(int cells, std::span<std::int32_t> sums, int sign) {
  for (int i = 0; i < cells; ++i) sums[static_cast<std::size_t>(i)] += sign;
}

/// The mean of so many samples for each cell, in units of 2^shift.
template <class Count>
[[gnu::always_inline]] inline void take(std::span<const std::uint16_t> trace, Count per_cell, int shift,
                                        std::span<std::int16_t> cells) {
  const std::uint16_t* sample = trace.data();
  for (auto& cell : cells) {
    std::uint32_t sum = 0;
    for (std::uint32_t i = 0; i < per_cell; ++i) sum += *sample++;
    cell = static_cast<std::int16_t>(sum / per_cell >> shift);
  }
}

/// The same with the count as a constant, where it is one of these; dividing by others is slower.
template <std::uint32_t... Counts>
[[gnu::always_inline]] inline bool take_constant(std::span<const std::uint16_t> trace, std::uint32_t per_cell,
                                                 int shift, std::span<std::int16_t> cells) {
  const auto take_if = [&]<std::uint32_t Count>(std::integral_constant<std::uint32_t, Count> count)
      __attribute__((always_inline)) {
    if (per_cell == Count) take(trace, count, shift, cells);
    return per_cell == Count;
  };
  return (take_if(std::integral_constant<std::uint32_t, Counts>{}) || ...);
}

TOWFISH_WIDE void take_means(std::span<const std::uint16_t> trace, std::uint32_t per_cell, int shift,
                             std::span<std::int16_t> cells) {
  if (!take_constant<1, 2, 3, 4, 5, 6, 7, 8>(trace, per_cell, shift, cells)) {
    take(trace, per_cell, shift, cells);
  }
}

/// All bits that any of the samples has.
TOWFISH_WIDE std::uint32_t bits_of(std::span<const std::uint16_t> trace) {
  std::uint16_t bits = 0;
  for (const std::uint16_t sample : trace) bits |= sample;
  return bits;
}

int local_pings(const RowInfo& info) {
  return count_of(kLocalHalfM, info.spacing_m, 3, kLocalMostPings);
}

// The mean of a sum below 2^24, towards zero. A quotient of two floats is the same everywhere.
int mean_of(std::int32_t sum, std::int32_t count) {
  return static_cast<int>(static_cast<float>(sum) / static_cast<float>(std::max(1, count)));
}

}  // namespace

void Conditioning::reset(const TraceGeometry& geometry, std::uint64_t first_ping) {
  if (!(geometry == geometry_) || info_.empty()) {
    geometry_ = geometry;
    const int samples = static_cast<int>(geometry.samples);
    per_cell_ = std::max({1, static_cast<int>(std::lround(wanted_cell_m_ / geometry.sample_spacing_m)),
                          (samples + kMostCells - 1) / kMostCells});
    per_cell_ = std::min(per_cell_, std::max(1, samples / 64));
    cells_ = samples / per_cell_;
    cell_m_ = geometry.sample_spacing_m * static_cast<float>(per_cell_);
    info_.assign(static_cast<std::size_t>(RowRing<int>::kRows), RowInfo{});
    const auto columns = static_cast<std::size_t>(cells_);
    for (auto* ring : {&log_, &aligned_, &flat_, &residual_}) ring->reset(columns);
    prefix_.assign(columns + 1, 0);
    prefix_count_.assign(columns + 1, 0);
    scratch_.assign(columns, 0);
  }
  const auto columns = static_cast<std::size_t>(cells_);
  for (auto* sums : {&local_, &local_count_}) sums->reset(columns);
  background_.reset(columns, first_ping);
  along_track_.reset();
  bottom_.reset(columns, cell_m_, geometry.first_edge_m, first_ping);
  finished_ = false;
  first_ping_ = first_ping;
  rows_ = placed_ = aligned_rows_ = flattened_ = levelled_ = 0;
}

void Conditioning::push(const Ping& ping, std::span<const std::uint16_t> trace) {
  RowInfo& info = at(rows_);
  info.ping = ping;
  info.spacing_m = along_track_.push(ping, geometry_.sample_spacing_m);
  const auto row = log_.row(rows_);
  const std::uint32_t any = bits_of(trace);
  // What the recorder's numbers are multiples of, such as 256 where 8 bits were widened to 16: it is the
  // unit.
  const int shift = any == 0 ? 0 : std::countr_zero(any);
  take_means(trace, static_cast<std::uint32_t>(per_cell_), shift, row);
  for (std::int16_t& cell : row) cell = kLogAmplitude[static_cast<std::uint16_t>(cell)];
  info.missing = any == 0;
  bottom_.push(row, info.missing, ping.altitude_m);
  ++rows_;
  advance();
}

void Conditioning::finish() {
  finished_ = true;
  bottom_.finish();
  advance();
}

RowSpan Conditioning::around(std::int64_t row, int half, std::int64_t end) const noexcept {
  return {std::max<std::int64_t>(0, row - half), std::min(end, row + half + 1)};
}

void Conditioning::advance() {
  const auto behind = [this](std::int64_t done, std::int64_t half) { return finished_ ? done : done - half; };
  while (placed_ < std::min(bottom_.ready(), behind(rows_, kSmooth))) place_bottom(placed_++);
  while (aligned_rows_ < behind(placed_, kSmooth)) align(aligned_rows_++);
  if (finished_) background_.finish();
  while (flattened_ < background_.ready()) flatten(flattened_++);
  while (levelled_ < flattened_ && levelled_ < behind(flattened_, local_pings(info(levelled_)))) {
    level(levelled_++);
  }
}

void Conditioning::place_bottom(std::int64_t row) {
  RowInfo& info = at(row);
  const auto coarse = bottom_.around(row);
  info.tracked = coarse.has_value();
  info.bottom = coarse ? refine(row, *coarse) : 0;
}

// The sharpest rise of the mean over a few pings near the tracked place.
int Conditioning::refine(std::int64_t row, int around_cell) {
  const int reach = std::max(2, static_cast<int>(std::lround(kRefineM / cell_m_)));
  const int width = std::max(1, static_cast<int>(std::lround(kRefineStepM / cell_m_)));
  const int from = std::max(width, around_cell - reach);
  const int last = std::min(cells_ - width, around_cell + reach);
  if (from > last) return around_cell;
  const RowSpan rows = around(row, kSmooth, rows_);
  const auto first = static_cast<std::size_t>(from - width);
  const std::span<std::int32_t> sums(scratch_.data(), static_cast<std::size_t>(last + width) - first);
  std::ranges::fill(sums, 0);
  for (auto r = rows.first; r < rows.end; ++r) {
    const auto cells = log_.row(r).subspan(first);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += cells[i];
  }
  sum_up(sums, prefix_.data() + 1);
  const auto cells = static_cast<std::int32_t>(rows.size()) * width;
  const auto w = static_cast<std::size_t>(width);
  int best_cell = around_cell;
  int best = -1;
  for (int cell = from; cell <= last; ++cell) {
    const std::int32_t* const at = prefix_.data() + (static_cast<std::size_t>(cell) - first);
    const int rise = (at[w] - at[0]) / cells - (at[0] - *(at - w)) / cells;
    if (rise > best) best = rise, best_cell = cell;
  }
  return best >= kRefineLeast ? best_cell : around_cell;
}

void Conditioning::align(std::int64_t row) {
  const RowSpan rows = around(row, kSmooth, placed_);
  std::array<int, 2 * kSmooth + 1> bottoms{};
  int n = 0;
  for (auto r = rows.first; r < rows.end; ++r) bottoms[static_cast<std::size_t>(n++)] = info(r).bottom;
  std::sort(bottoms.begin(), bottoms.begin() + n);
  RowInfo& here = at(row);
  // Kept apart from `bottom`, which the neighbours' medians still need as it was placed.
  here.cells = cells_ - bottoms[static_cast<std::size_t>(n / 2)];
  const auto from = log_.row(row).subspan(static_cast<std::size_t>(cells_ - here.cells));
  const auto to = aligned_.row(row);
  std::copy(from.begin(), from.end(), to.begin());
  std::fill(to.begin() + here.cells, to.end(), std::int16_t{0});
  background_.push(to.first(here.missing ? 0 : static_cast<std::size_t>(here.cells)));
}

TOWFISH_WIDE void Conditioning::flatten(std::int64_t row) {
  const int cells = info(row).cells;
  const auto in = aligned_.row(row);
  const auto out = flat_.row(row);
  std::fill(out.begin(), out.end(), std::int16_t{0});
  if (info(row).missing) return;
  const auto background = background_.of(row);
  for (std::size_t i = 0; i < static_cast<std::size_t>(cells); ++i) {
    scratch_[i] = in[i] - background[i];
    prefix_[i + 1] = std::clamp(scratch_[i], -kClip, kClip);
  }
  sum_up({prefix_.data() + 1, static_cast<std::size_t>(cells)}, prefix_.data() + 1);
  const auto half = static_cast<std::size_t>(std::max(4L, std::lround(kGainHalfM / cell_m_)));
  const std::int32_t* const before = prefix_.data();  // before[i]: sum of the cells before i
  const std::int32_t* const flat = scratch_.data();
  for_each_window(
      static_cast<std::size_t>(cells), half, [=](std::size_t i, std::size_t first, std::size_t end) {
        const int gain = mean_of(before[end] - before[first], static_cast<std::int32_t>(end - first));
        out[i] = static_cast<std::int16_t>(std::clamp(flat[i] - gain, -kLimit, kLimit));
      });
}

TOWFISH_WIDE void Conditioning::level(std::int64_t row) {
  RowInfo& here = at(row);
  here.bottom = cells_ - here.cells;
  const RowSpan rows = around(row, local_pings(here), flattened_);
  local_.move_to(rows, [this](std::int64_t r, std::span<std::int32_t> sums, int sign) {
    if (!info(r).missing) add_clipped(flat_.row(r), info(r).cells, sums, sign);
  });
  local_count_.move_to(rows, [this](std::int64_t r, std::span<std::int32_t> sums, int sign) {
    if (!info(r).missing) add_ones(info(r).cells, sums, sign);
  });
  const auto out = residual_.row(row);
  std::fill(out.begin(), out.end(), std::int16_t{0});
  if (here.missing) return;
  const auto in = flat_.row(row);
  const auto cells = static_cast<std::size_t>(here.cells);
  sum_up(local_.sums().first(cells), prefix_.data() + 1);
  sum_up(local_count_.sums().first(cells), prefix_count_.data() + 1);
  const auto half = static_cast<std::size_t>(std::max(4L, std::lround(kLocalHalfM / cell_m_)));
  const std::int32_t* const before = prefix_.data();
  const std::int32_t* const count_before = prefix_count_.data();
  for_each_window(cells, half, [=](std::size_t i, std::size_t first, std::size_t end) {
    const int background = mean_of(before[end] - before[first], count_before[end] - count_before[first]);
    out[i] = static_cast<std::int16_t>(std::clamp(in[i] - background, -kLimit, kLimit));
  });
}

}  // namespace towfish
