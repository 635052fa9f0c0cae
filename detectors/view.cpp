#include "detectors/view.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "detectors/log_amplitude.hpp"

namespace towfish {

namespace {
constexpr float kBottomLevelM = 2.0F;  // over so much bottom the water's background is taken
constexpr float kAcrossHalfM = 4.0F;   // what a row itself has for its background
constexpr int kClip = steps(4);        // objects count for no more than this, or they leave ghosts behind
}  // namespace

void View::reset(const Conditioning& rows) {
  cells_ = static_cast<std::size_t>(rows.cells());
  sums_.assign(cells_, 0);
  levels_.assign(cells_, 0);
  prefix_.assign(cells_ + 1, 0);
  clipped_.assign(cells_ * kWindow, 0);
  taken_in_ = 0;
}

std::span<std::int16_t> View::clipped(std::int64_t row) noexcept {
  return {clipped_.data() + static_cast<std::size_t>(row % kWindow) * cells_, cells_};
}

// What a row counts for is clipped to what lies beside it in the row, water and bottom by themselves.
void View::clip(std::span<const std::int16_t> cells, int half, int bottom, std::span<std::int16_t> out) {
  for (std::size_t i = 0; i < cells.size(); ++i) prefix_[i + 1] = prefix_[i] + cells[i];
  const auto clip_part = [&](int begin, int end) {
    const auto clip_one = [&](int i, int first, int last, float share) {
      const int sum = prefix_[static_cast<std::size_t>(last)] - prefix_[static_cast<std::size_t>(first)];
      const int across = static_cast<int>(static_cast<float>(sum) * share);
      const auto cell = static_cast<std::size_t>(i);
      out[cell] = static_cast<std::int16_t>(std::clamp<int>(cells[cell], across - kClip, across + kClip));
    };
    const int inner = std::min(begin + half, end);
    const int outer = std::max(inner, end - half - 1);
    const auto clip_edge = [&](int i) {
      const int first = std::max(begin, i - half);
      const int last = std::min(end, i + half + 1);
      clip_one(i, first, last, 1.0F / static_cast<float>(last - first));
    };
    for (int i = begin; i < inner; ++i) clip_edge(i);
    const float share = 1.0F / static_cast<float>(2 * half + 1);
    for (int i = inner; i < outer; ++i) clip_one(i, i - half, i + half + 1, share);
    for (int i = outer; i < end; ++i) clip_edge(i);
  };
  clip_part(0, bottom);
  clip_part(bottom, static_cast<int>(cells.size()));
}

void View::take_in(const Conditioning& rows, int bottom) {
  const std::int64_t newest = rows.pushed() - 1;
  const auto own = clipped(taken_in_);
  for (std::size_t i = 0; i < cells_; ++i) sums_[i] -= own[i];
  counts_[static_cast<std::size_t>(taken_in_ % kWindow)] = rows.info(newest).missing ? 0 : 1;
  if (rows.info(newest).missing) {
    std::fill(own.begin(), own.end(), std::int16_t{0});
  } else {
    const int half = std::max(1, static_cast<int>(std::lround(kAcrossHalfM / rows.cell_m())));
    clip(rows.recorded(newest), half, bottom, own);
    for (std::size_t i = 0; i < cells_; ++i) sums_[i] += own[i];
  }
  ++taken_in_;
}

// The bottom of the newest row that has one; that of the newest of all comes many pings later.
int View::bottom_of(const Conditioning& rows, const Ping& ping) {
  const TraceGeometry& geometry = rows.geometry();
  float cell = std::isfinite(ping.altitude_m) ? (ping.altitude_m - geometry.first_edge_m) / rows.cell_m() : 0;
  row_.altitude_m = ping.altitude_m;
  if (rows.placed() > 0 && rows.info(rows.placed() - 1).tracked) {
    const int bottom = rows.info(rows.placed() - 1).bottom;
    cell = static_cast<float>(bottom);
    row_.altitude_m = geometry.first_edge_m + cell * rows.cell_m();
  }
  return static_cast<int>(std::clamp(cell, 0.0F, static_cast<float>(rows.cells() - 1)));
}

const ViewRow& View::push(const Conditioning& rows, const FrameHeader& frame) {
  const std::int64_t newest = rows.pushed() - 1;
  const RowInfo& info = rows.info(newest);
  const int bottom = bottom_of(rows, info.ping);
  take_in(rows, bottom);
  const TraceGeometry& geometry = rows.geometry();

  row_.sequence = frame.sequence;
  row_.published_ns = frame.published_ns;
  row_.ping = info.ping.number;
  row_.time_utc_ns = info.ping.time_utc_ns;
  row_.latitude_deg = info.ping.latitude_deg;
  row_.longitude_deg = info.ping.longitude_deg;
  row_.heading_deg = info.ping.heading_deg;
  row_.first_edge_m = geometry.first_edge_m;
  const int per_column =
      (rows.cells() + static_cast<int>(ViewRow::kMostColumns) - 1) / static_cast<int>(ViewRow::kMostColumns);
  row_.columns = static_cast<std::uint32_t>(rows.cells() / std::max(1, per_column));
  row_.column_m = rows.cell_m() * static_cast<float>(per_column);
  row_.samples_per_column = static_cast<float>(rows.samples_per_cell() * per_column);

  if (info.missing) {
    std::fill_n(row_.pixels.begin(), row_.columns, std::uint8_t{0});
  } else {
    draw(rows, bottom);
  }
  return row_;
}

void View::draw(const Conditioning& rows, int bottom) {
  const auto recorded = rows.recorded(rows.pushed() - 1);
  const auto held = static_cast<std::ptrdiff_t>(std::min(taken_in_, kWindow));
  const int counted = std::accumulate(counts_.begin(), counts_.begin() + held, 0);
  const float share = 1.0F / static_cast<float>(std::max(1, counted));
  const auto level_m = static_cast<int>(std::lround(kBottomLevelM / rows.cell_m()));
  const int end = std::min(rows.cells(), bottom + std::max(1, level_m));
  std::int64_t sum = 0;
  for (int i = bottom; i < end; ++i) sum += sums_[static_cast<std::size_t>(i)];
  const auto beside = static_cast<std::int32_t>(static_cast<float>(sum / (end - bottom)) * share);
  const auto water = static_cast<std::size_t>(bottom);
  for (std::size_t i = 0; i < water; ++i) levels_[i] = recorded[i] - beside;
  for (std::size_t i = water; i < levels_.size(); ++i) {
    levels_[i] = recorded[i] - static_cast<std::int32_t>(static_cast<float>(sums_[i]) * share);
  }
  const auto per_column = static_cast<std::int32_t>(levels_.size() / row_.columns);
  const float scale =
      static_cast<float>(ViewRow::kGreyPerDecibel) / static_cast<float>(kStepsPerDecibel * per_column);
  for (std::size_t column = 0; column < row_.columns; ++column) {
    std::int32_t level = 0;
    const std::size_t first = column * static_cast<std::size_t>(per_column);
    for (std::int32_t i = 0; i < per_column; ++i) level += levels_[first + static_cast<std::size_t>(i)];
    const auto grey = ViewRow::kBackground + static_cast<std::int32_t>(static_cast<float>(level) * scale);
    row_.pixels[column] = static_cast<std::uint8_t>(std::clamp(grey, 1, 255));
  }
}

}  // namespace towfish
