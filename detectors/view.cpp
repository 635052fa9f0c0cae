#include "detectors/view.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/log_amplitude.hpp"

namespace towfish {

namespace {
constexpr float kBottomLevelM = 2.0F;  // over so much bottom the water's background is taken
constexpr float kAcrossHalfM = 4.0F;   // what a row itself has for its background
constexpr int kClip = steps(4);        // objects count for no more than this, or they leave ghosts behind
}  // namespace

void View::reset(const Conditioning& rows) {
  const auto cells = static_cast<std::size_t>(rows.cells());
  sums_.assign(cells, 0);
  levels_.assign(cells, 0);
  prefix_.assign(cells + 1, 0);
  rows_ = 0;
}

// What a row counts for is a function of it and its bottom alone, so that it can be taken away again exactly.
void View::count(const Conditioning& rows, std::int64_t row, int sign) {
  if (rows.info(row).missing) return;
  const auto cells = rows.recorded(row);
  const auto count = static_cast<int>(sums_.size());
  const int bottom = bottoms_[static_cast<std::size_t>(row % kWindow)];
  for (std::size_t i = 0; i < sums_.size(); ++i) prefix_[i + 1] = prefix_[i] + cells[i];
  const int half = std::max(1, static_cast<int>(std::lround(kAcrossHalfM / rows.cell_m())));
  for (int i = 0; i < count; ++i) {
    const int first = std::max(i < bottom ? 0 : bottom, i - half);
    const int end = std::min(i < bottom ? bottom : count, i + half + 1);
    const int across =
        (prefix_[static_cast<std::size_t>(end)] - prefix_[static_cast<std::size_t>(first)]) / (end - first);
    const auto cell = static_cast<std::size_t>(i);
    sums_[cell] += sign * std::clamp<int>(cells[cell], across - kClip, across + kClip);
  }
  rows_ += sign;
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
  if (newest >= kWindow) count(rows, newest - kWindow, -1);
  bottoms_[static_cast<std::size_t>(newest % kWindow)] = bottom;
  count(rows, newest, 1);
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
  const float share = 1.0F / static_cast<float>(std::max(1, rows_));
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
  for (std::size_t column = 0; column < row_.columns; ++column) {
    std::int32_t level = 0;
    const std::size_t first = column * static_cast<std::size_t>(per_column);
    for (std::int32_t i = 0; i < per_column; ++i) level += levels_[first + static_cast<std::size_t>(i)];
    const std::int32_t grey =
        ViewRow::kBackground + level * ViewRow::kGreyPerDecibel / (kStepsPerDecibel * per_column);
    row_.pixels[column] = static_cast<std::uint8_t>(std::clamp(grey, 1, 255));
  }
}

}  // namespace towfish
