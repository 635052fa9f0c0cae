#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/conditioning.hpp"

namespace towfish {

/// How restless the bottom is around each cell: the root mean square, in decibels, of the conditioned rows
/// smoothed to the size of a small object. Ripples, stones and weed raise it. An order statistic (OS-CFAR,
/// Rohling 1983): of the tiles of about a metre within some metres either way, the one above most of the
/// others, so that an object or two, which fill a few tiles only, do not raise it. Threads: one thread.
class Clutter {
 public:
  void reset(const Conditioning& rows);
  /// Does what the conditioned rows allow. No further rows will come if `last`.
  void advance(const Conditioning& rows, bool last);

  [[nodiscard]] std::int64_t ready() const noexcept { return ready_; }
  [[nodiscard]] std::span<const float> row(std::int64_t row) const noexcept {
    const auto block = static_cast<std::size_t>((row + offset_) / kBlock % kKept);
    return {rms_.data() + block * columns_, columns_};
  }

 private:
  static constexpr std::int64_t kBlock = 8;
  static constexpr std::int64_t kKept = 64;  ///< Blocks: as many pings as a RowRing keeps.
  struct Tile {
    std::int64_t squares = 0;
    std::int64_t cells = 0;
  };

  void smooth(const Conditioning& rows, std::int64_t row);
  void gather(const Conditioning& rows, std::int64_t row);
  void measure(const Conditioning& rows, std::int64_t block, std::int64_t end);
  [[nodiscard]] float usual_around(std::int64_t first, std::int64_t end, std::size_t tile);
  [[nodiscard]] std::span<Tile> tiles_of(std::int64_t block) noexcept {
    return {tiles_.data() + static_cast<std::size_t>(block % kKept) * across_, across_};
  }
  [[nodiscard]] std::int64_t first_row(std::int64_t block) const noexcept {
    return std::max<std::int64_t>(0, block * kBlock - offset_);
  }

  RowRing<std::int16_t> smooth_;
  RunningColumns vertical_;
  std::vector<std::int32_t> prefix_;
  std::vector<Tile> tiles_;
  std::vector<float> near_;   ///< Of the tiles around one, while its own is looked for.
  std::vector<float> usual_;  ///< By tile of a block.
  std::vector<float> rms_;    ///< By block and cell.
  std::size_t across_ = 0;    ///< Tiles across track.
  int tile_cells_ = 1;
  std::size_t columns_ = 0;
  std::int64_t offset_ = 0;  ///< Pings of the first block before the first row.
  std::int64_t smoothed_ = 0;
  std::int64_t gathered_ = 0;
  std::int64_t measured_ = 0;  ///< Blocks.
  std::int64_t ready_ = 0;     ///< Rows.
};

}  // namespace towfish
