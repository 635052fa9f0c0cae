#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/conditioning.hpp"
#include "detectors/window_ranks.hpp"

namespace towfish {

/// How restless the bottom is around each cell: the root mean square, in decibels, of the conditioned rows
/// smoothed to the size of a small object, and of the same smoothed to the length of a shadow. Ripples,
/// stones and weed raise the first; the second stays low over ripples, of which a shadow covers several. An
/// order statistic (OS-CFAR, Rohling 1983): of the tiles of about a metre within some metres either way, the
/// one above most of the others, so that an object or two, which fill a few tiles only, do not raise it.
/// Threads: one thread.
class Clutter {
 public:
  void reset(const Conditioning& rows);
  /// Does what the conditioned rows allow. No further rows will come if `last`.
  void advance(const Conditioning& rows, bool last);

  [[nodiscard]] std::int64_t ready() const noexcept { return ready_; }
  /// Rows of one block have the same row() and shadow_row().
  [[nodiscard]] std::int64_t block_of(std::int64_t row) const noexcept { return (row + offset_) / kBlock; }
  [[nodiscard]] std::span<const float> row(std::int64_t row) const noexcept { return rms(row, scales_[0]); }
  [[nodiscard]] std::span<const float> shadow_row(std::int64_t row) const noexcept {
    return rms(row, scales_[1]);
  }
  /// 0 to 1: how near a length across track is to a shadow's.
  [[nodiscard]] static float share_of_shadow(float metres) noexcept;
  /// Restlessness of means over such a length, from row() and shadow_row(), raised so that over a bare bottom
  /// it is the same for all lengths.
  [[nodiscard]] static float over(float share, float rms, float shadow_rms) noexcept {
    return rms + share * (shadow_rms - rms + kBareDb);
  }

 private:
  static constexpr std::int64_t kBlock = 8;
  static constexpr std::int64_t kKept = 64;  ///< Blocks: as many pings as a RowRing keeps.
  /// By so much shadow_row() is below row() over bare bottoms, which speckle makes restless.
  static constexpr float kBareDb = 0.55F;

  /// What becomes of rows smoothed over one length across track.
  struct Scale {
    std::vector<std::int32_t> squares;  ///< By cell, summed up over the rows of the block being gathered.
    std::vector<std::int32_t>
        tiles;               ///< Bits of the squares' means by block and tile, with room either side.
    std::vector<float> rms;  ///< By block and cell, and kLanes more.
  };

  void lay_out_tiles();
  void smooth(const Conditioning& rows, std::int64_t row);
  void smooth_across(float half_m, float cell_m, std::int64_t pings);
  void count_cells(int cells);
  void close_block();
  void measure(const Conditioning& rows, std::int64_t block, std::int64_t end, Scale& scale);
  void find_usual(std::int64_t from, std::int64_t to, const Scale& scale);
  void interpolate(float* out) const;
  [[nodiscard]] std::span<const float> rms(std::int64_t row, const Scale& scale) const noexcept {
    return {scale.rms.data() + static_cast<std::size_t>(block_of(row) % kKept) * columns_, columns_};
  }
  [[nodiscard]] std::size_t tiles_at(std::int64_t block) const noexcept {
    return static_cast<std::size_t>(block % kKept) * stride_;
  }
  [[nodiscard]] std::int64_t first_row(std::int64_t block) const noexcept {
    return std::max<std::int64_t>(0, block * kBlock - offset_);
  }

  std::array<Scale, 2> scales_;
  RunningColumns vertical_;
  std::vector<std::int32_t> prefix_;
  std::vector<std::int16_t> smooth_;       ///< One row.
  std::vector<std::int32_t> tile_counts_;  ///< Cells of each tile in the block being gathered.
  WindowRanks ranks_;
  std::vector<float> usual_;          ///< By tile of a block, and the last once more.
  std::vector<std::size_t> middles_;  ///< The first cell beyond the middle of each tile; 0 for the first,
  std::vector<float> beyond_;         ///< and how far each is beyond it, in tiles.
  std::size_t across_ = 0;            ///< Tiles across track,
  std::size_t stride_ = 0;            ///< and those and the room beside them.
  int tile_cells_ = 1;
  std::size_t columns_ = 0;
  std::int64_t offset_ = 0;  ///< Pings of the first block before the first row.
  std::int64_t gathered_ = 0;
  std::int64_t closed_ = 0;    ///< Blocks of which the tiles are known,
  std::int64_t measured_ = 0;  ///< and those of which rms is.
  std::int64_t ready_ = 0;     ///< Rows.
};

}  // namespace towfish
