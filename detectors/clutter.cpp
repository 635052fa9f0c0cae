#include "detectors/clutter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "detectors/lengths.hpp"
#include "detectors/log_amplitude.hpp"
#include "detectors/prefix_sums.hpp"
#include "detectors/wide.hpp"

namespace towfish {

namespace {

constexpr float kSmoothHalfM = 0.15F;            // along track
constexpr float kAcrossHalfM[] = {0.15F, 1.0F};  // by scale
constexpr int kSmoothMostPings = 6;
constexpr float kTileM = 1.0F;  // across track
constexpr std::size_t kTilesHalf = WindowRanks::kWidth / 2;
constexpr float kHalfM = 3.0F;  // along track
constexpr int kMostBlocks = 6;
constexpr float kRank = 0.7F;  // of the tiles, from the calmest to the most restless
constexpr int kMostHalfCells = 64;
constexpr int kClip = steps(6);
constexpr int kCellClip = steps(12);

int smooth_pings(const RowInfo& info) {
  return count_of(kSmoothHalfM, info.spacing_m, 0, kSmoothMostPings);
}

int blocks_ahead(const RowInfo& info) {
  return count_of(kHalfM, 8 * info.spacing_m, 1, kMostBlocks);
}

TOWFISH_WIDE void add_squares(const std::int16_t* values, std::size_t count,
                              std::vector<std::int32_t>& sums) {
  std::int32_t* const out = sums.data();
  for (std::size_t i = 0; i < count; ++i) out[i] += values[i] * values[i];
}

}  // namespace

float Clutter::share_of_shadow(float metres) noexcept {
  const float octaves = std::log(kAcrossHalfM[1] / kAcrossHalfM[0]);
  return std::clamp(std::log(metres / (2 * kAcrossHalfM[0])) / octaves, 0.0F, 1.0F);
}

void Clutter::reset(const Conditioning& rows) {
  columns_ = static_cast<std::size_t>(rows.cells());
  tile_cells_ = count_of(kTileM, rows.cell_m(), 4, rows.cells());
  across_ = (columns_ + static_cast<std::size_t>(tile_cells_) - 1) / static_cast<std::size_t>(tile_cells_);
  stride_ = across_ + WindowRanks::kWidth - 1;
  prefix_.assign(columns_ + 1, 0);
  smooth_.assign(columns_, 0);
  vertical_.reset(columns_);
  for (Scale& scale : scales_) {
    scale.squares.assign(columns_, 0);
    scale.tiles.assign(stride_ * kKept, WindowRanks::kNone);
    scale.rms.assign(columns_ * kKept + kLanes, 0.0F);
  }
  ranks_.reset(across_);
  tile_counts_.assign(across_, 0);
  usual_.assign(across_ + 1, 0.0F);
  lay_out_tiles();
  offset_ = static_cast<std::int64_t>(rows.first_ping() % kBlock);
  gathered_ = closed_ = measured_ = ready_ = 0;
}

// Between the middles of tiles what is usual is interpolated.
void Clutter::lay_out_tiles() {
  const float unit = 1.0F / static_cast<float>(tile_cells_);
  beyond_.assign(columns_, 0.0F);
  middles_.assign(across_ + 1, columns_);
  for (std::size_t i = columns_; i-- > 0;) {
    const float at = std::max(0.0F, (static_cast<float>(i) + 0.5F) * unit - 0.5F);
    const auto tile = static_cast<std::size_t>(at);
    beyond_[i] = at - static_cast<float>(tile);
    middles_[tile] = i;
  }
}

void Clutter::advance(const Conditioning& rows, bool last) {
  while (gathered_ < rows.ready() &&
         gathered_ + (last ? 0 : smooth_pings(rows.info(gathered_))) < rows.ready()) {
    smooth(rows, gathered_);
    if ((++gathered_ + offset_) % kBlock == 0) close_block();
  }
  // Blocks of which all rows are gathered; at the end the last may be shorter.
  const std::int64_t end = (gathered_ + offset_ + (last ? kBlock - 1 : 0)) / kBlock;
  if (closed_ < end) close_block();
  while (measured_ < end && (last || measured_ + blocks_ahead(rows.info(first_row(measured_))) < end)) {
    for (Scale& scale : scales_) measure(rows, measured_, end, scale);
    ++measured_;
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
  sum_up(vertical_.sums(), prefix_.data() + 1);
  for (std::size_t k = 0; k < scales_.size(); ++k) {
    smooth_across(kAcrossHalfM[k], rows.cell_m(), span.size());
    if (!info.missing) add_squares(smooth_.data(), static_cast<std::size_t>(info.cells), scales_[k].squares);
  }
  if (!info.missing) count_cells(info.cells);
}

TOWFISH_WIDE void Clutter::smooth_across(float half_m, float cell_m, std::int64_t pings) {
  const int cells = count_of(half_m, cell_m, 0, kMostHalfCells);
  std::int16_t* const out = smooth_.data();
  const float unit = 1.0F / static_cast<float>((2 * cells + 1) * pings);
  const std::int32_t* const before = prefix_.data();
  for_each_window(
      columns_, static_cast<std::size_t>(cells), [=](std::size_t i, std::size_t first, std::size_t end) {
        const auto sum = static_cast<float>(before[end] - before[first]);
        out[i] = static_cast<std::int16_t>(std::clamp(static_cast<int>(sum * unit), -kClip, kClip));
      });
}

void Clutter::count_cells(int cells) {
  for (std::size_t tile = 0; tile < across_; ++tile)
    tile_counts_[tile] += std::clamp(cells - static_cast<int>(tile) * tile_cells_, 0, tile_cells_);
}

void Clutter::close_block() {
  const auto each = static_cast<std::size_t>(tile_cells_);
  for (Scale& scale : scales_) {
    std::int32_t* const tiles = scale.tiles.data() + tiles_at(closed_) + kTilesHalf;
    for (std::size_t tile = 0; tile < across_; ++tile) {
      const auto first = scale.squares.begin() + static_cast<std::ptrdiff_t>(tile * each);
      const auto end =
          scale.squares.begin() + static_cast<std::ptrdiff_t>(std::min(columns_, (tile + 1) * each));
      const auto squares = std::accumulate(first, end, std::int64_t{0});
      const std::int32_t count = tile_counts_[tile];
      const float mean = static_cast<float>(squares) / static_cast<float>(std::max(count, 1));
      tiles[tile] = count == 0 ? WindowRanks::kNone : std::bit_cast<std::int32_t>(mean);
    }
    std::ranges::fill(scale.squares, 0);
  }
  std::ranges::fill(tile_counts_, 0);
  ++closed_;
}

void Clutter::measure(const Conditioning& rows, std::int64_t block, std::int64_t end, Scale& scale) {
  const std::int64_t reach = blocks_ahead(rows.info(first_row(block)));
  const std::int64_t from = std::max<std::int64_t>(0, block - reach);
  const std::int64_t to = std::min(end, block + reach + 1);
  find_usual(from, to, scale);
  interpolate(scale.rms.data() + static_cast<std::size_t>(block % kKept) * columns_);
}

TOWFISH_WIDE void Clutter::interpolate(float* out) const {
  const float* const beyond = beyond_.data();
  for (std::size_t tile = 0; tile < across_; ++tile) {
    const float here = usual_[tile];
    const float step = usual_[tile + 1] - here;
    for (std::size_t i = middles_[tile]; i < middles_[tile + 1]; ++i) out[i] = here + beyond[i] * step;
  }
}

void Clutter::find_usual(std::int64_t from, std::int64_t to, const Scale& scale) {
  std::array<const std::int32_t*, 2 * kMostBlocks + 1> blocks{};
  const std::span rows = std::span(blocks).first(static_cast<std::size_t>(to - from));
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i] = scale.tiles.data() + tiles_at(from + static_cast<std::int64_t>(i));
  const auto means = ranks_.find(rows, kRank);
  for (std::size_t tile = 0; tile < across_; ++tile) {
    const float usual = means[tile] == WindowRanks::kNone ? 0 : std::bit_cast<float>(means[tile]);
    usual_[tile] = std::sqrt(usual) / static_cast<float>(kStepsPerDecibel);
  }
  usual_[across_] = usual_[across_ - 1];
}

}  // namespace towfish
