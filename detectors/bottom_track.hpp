#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace towfish {

/// Follows the first bottom return: where the water column ends and the bottom begins.
///
/// Rows are gathered into blocks of kBlock pings, cut at multiples of kBlock of the ping number. Each block
/// gets a score for every range bin (how much brighter it is beyond than before, in decibels), and the path
/// through kBehind blocks before and kAhead after it that has the highest score without leaping decides:
/// fish, interference and wrecks are bright for a few blocks only. Where no path stands out there is no
/// bottom. Depends on at most that many blocks and one more before and after a row. Threads: one thread.
class BottomTrack {
 public:
  static constexpr int kBlock = 8;
  static constexpr int kBehind = 8;
  static constexpr int kAhead = 1;

  /// Begins anew with rows of `cells` of `cell_m` metres each, the first beginning at `first_edge_m`.
  void reset(std::size_t cells, float cell_m, float first_edge_m, std::uint64_t first_ping);

  /// Takes in the next row of log amplitudes; `altitude_m` as recorded, a hint. Missing rows have none.
  void push(std::span<const std::int16_t> row, bool missing, float altitude_m);
  void finish() noexcept { finished_ = true; }

  /// The number of rows, from the first, whose bottom is known by now.
  [[nodiscard]] std::int64_t ready() const noexcept;

  /// The cell at which the bottom begins near this row, to a bin or two; nothing where there is none.
  /// Rows are asked for in rising order.
  [[nodiscard]] std::optional<int> around(std::int64_t row);

 private:
  [[nodiscard]] std::int64_t block_of(std::int64_t row) const noexcept { return (row + offset_) / kBlock; }
  [[nodiscard]] std::span<float> scores(std::int64_t block) noexcept;
  void close_block();
  void score_block(std::span<float> scores);
  [[nodiscard]] int decode(std::int64_t block);
  void go_on(std::span<const float> now, std::span<std::int16_t> from) noexcept;

  int cells_per_bin_ = 1;
  int bins_ = 0;
  int near_bins_ = 1;
  int far_bins_ = 1;
  int first_bin_ = 0;
  float bin_m_ = 0;
  float first_edge_m_ = 0;
  std::int64_t offset_ = 0;  ///< Pings of the first block that came before the first row.
  std::int64_t rows_ = 0;
  std::int64_t closed_ = 0;  ///< Blocks scored so far.
  bool finished_ = false;
  int gathered_ = 0;  ///< Rows in the open block that are not missing.
  float hint_m_ = 0;  ///< Sum of the recorded altitudes of the open block.
  int hints_ = 0;
  std::vector<std::int32_t> sums_;  ///< By cell, of the open block.
  std::vector<std::int32_t> prefix_;
  std::vector<float> scores_;
  std::vector<float> best_;  ///< By bin, with kStride of minus infinity on either side; next_ too.
  std::vector<float> next_;
  std::vector<std::int16_t> from_;
  std::int64_t decoded_block_ = -1;
  int decoded_ = -1;
};

}  // namespace towfish
