#include "detectors/clutter.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/lengths.hpp"
#include "detectors/log_amplitude.hpp"
#include "detectors/wide.hpp"

namespace towfish {

namespace {

constexpr float kSmoothHalfM = 0.15F;
constexpr int kSmoothMostPings = 6;
constexpr float kTileM = 1.0F;  // across track
constexpr std::size_t kTilesHalf = 3;
constexpr float kHalfM = 3.0F;  // along track
constexpr int kMostBlocks = 6;
constexpr std::size_t kMostTiles = (2 * kTilesHalf + 1) * (2 * kMostBlocks + 1);
constexpr float kRank = 0.7F;  // of the tiles, from the calmest to the most restless
constexpr int kClip = steps(6);
constexpr int kCellClip = steps(12);

int smooth_pings(const RowInfo& info) {
  return count_of(kSmoothHalfM, info.spacing_m, 0, kSmoothMostPings);
}

int blocks_ahead(const RowInfo& info) {
  return count_of(kHalfM, 8 * info.spacing_m, 1, kMostBlocks);
}

}  // namespace

void Clutter::reset(const Conditioning& rows) {
  columns_ = static_cast<std::size_t>(rows.cells());
  tile_cells_ = count_of(kTileM, rows.cell_m(), 4, rows.cells());
  across_ = (columns_ + static_cast<std::size_t>(tile_cells_) - 1) / static_cast<std::size_t>(tile_cells_);
  smooth_.reset(columns_);
  prefix_.assign(columns_ + 1, 0);
  vertical_.reset(columns_);
  tiles_.assign(across_ * kKept, Tile{});
  rms_.assign(columns_ * kKept, 0.0F);
  usual_.assign(across_, 0.0F);
  near_.reserve(kMostTiles);
  offset_ = static_cast<std::int64_t>(rows.first_ping() % kBlock);
  smoothed_ = gathered_ = measured_ = ready_ = 0;
}

void Clutter::advance(const Conditioning& rows, bool last) {
  while (smoothed_ < rows.ready() &&
         smoothed_ + (last ? 0 : smooth_pings(rows.info(smoothed_))) < rows.ready()) {
    smooth(rows, smoothed_++);
  }
  while (gathered_ < smoothed_) gather(rows, gathered_++);
  // Blocks of which all rows are gathered; at the end the last may be shorter.
  const std::int64_t end = (gathered_ + offset_ + (last ? kBlock - 1 : 0)) / kBlock;
  while (measured_ < end && (last || measured_ + blocks_ahead(rows.info(first_row(measured_))) < end)) {
    measure(rows, measured_++, end);
  }
  ready_ = std::clamp<std::int64_t>(measured_ * kBlock - offset_, 0, gathered_);
}

TOWFISH_WIDE void Clutter::smooth(const Conditioning& rows, std::int64_t row) {
  const RowInfo& info = rows.info(row);
  const int pings = smooth_pings(info);
  const RowSpan span{std::max<std::int64_t>(0, row - pings), std::min(rows.ready(), row + pings + 1)};
  vertical_.move_to(span, [&rows](std::int64_t r, std::span<std::int32_t> sums, int sign) {
    add_row<kCellClip>(rows.row(r), sums, sign);
  });
  const auto sums = vertical_.sums();
  for (std::size_t i = 0; i < sums.size(); ++i) prefix_[i + 1] = prefix_[i] + sums[i];
  const int cells = count_of(kSmoothHalfM, rows.cell_m(), 0, 16);
  const auto out = smooth_.row(row);
  const float scale = 1.0F / static_cast<float>((2 * cells + 1) * span.size());
  const std::int32_t* const before = prefix_.data();
  for_each_window(
      columns_, static_cast<std::size_t>(cells), [=](std::size_t i, std::size_t first, std::size_t end) {
        const auto sum = static_cast<float>(before[end] - before[first]);
        out[i] = static_cast<std::int16_t>(std::clamp(static_cast<int>(sum * scale), -kClip, kClip));
      });
}

void Clutter::gather(const Conditioning& rows, std::int64_t row) {
  const auto tiles = tiles_of((row + offset_) / kBlock);
  if (row == 0 || (row + offset_) % kBlock == 0) std::fill(tiles.begin(), tiles.end(), Tile{});
  const RowInfo& info = rows.info(row);
  if (info.missing) return;
  const std::int16_t* cell = smooth_.row(row).data();
  for (int first = 0; first < info.cells; first += tile_cells_) {
    const int count = std::min(tile_cells_, info.cells - first);
    std::int32_t squares = 0;
    for (int i = 0; i < count; ++i, ++cell) squares += *cell * *cell;
    Tile& tile = tiles[static_cast<std::size_t>(first / tile_cells_)];
    tile.squares += squares;
    tile.cells += count;
  }
}

void Clutter::measure(const Conditioning& rows, std::int64_t block, std::int64_t end) {
  const std::int64_t reach = blocks_ahead(rows.info(first_row(block)));
  const std::int64_t from = std::max<std::int64_t>(0, block - reach);
  const std::int64_t to = std::min(end, block + reach + 1);
  for (std::size_t tile = 0; tile < across_; ++tile) usual_[tile] = usual_around(from, to, tile);
  float* out = rms_.data() + static_cast<std::size_t>(block % kKept) * columns_;
  const float unit = 1.0F / static_cast<float>(tile_cells_);
  for (std::size_t i = 0; i < columns_; ++i) {
    const float at = std::max(0.0F, (static_cast<float>(i) + 0.5F) * unit - 0.5F);
    const auto tile = static_cast<std::size_t>(at);
    const float part = at - static_cast<float>(tile);
    out[i] = usual_[tile] + part * (usual_[std::min(tile + 1, across_ - 1)] - usual_[tile]);
  }
}

TOWFISH_WIDE float Clutter::usual_around(std::int64_t first, std::int64_t end, std::size_t tile) {
  near_.clear();
  for (std::int64_t block = first; block < end; ++block) {
    const auto tiles = tiles_of(block);
    for (std::size_t t = tile - std::min(tile, kTilesHalf); t < std::min(across_, tile + kTilesHalf + 1);
         ++t) {
      if (tiles[t].cells > 0)
        near_.push_back(static_cast<float>(tiles[t].squares) / static_cast<float>(tiles[t].cells));
    }
  }
  if (near_.empty()) return 0;
  const auto rank = near_.begin() + static_cast<std::ptrdiff_t>(kRank * static_cast<float>(near_.size() - 1));
  std::nth_element(near_.begin(), rank, near_.end());
  return std::sqrt(*rank) / static_cast<float>(kStepsPerDecibel);
}

}  // namespace towfish
