#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace towfish {

/// What is usual at each cell of rows that are alike: along track, the mean of the middle half of the means
/// of kBehind blocks of pings before, a ping's own, and kAhead after it. An object, or its long shadow, fills
/// a few of the blocks and is left out, so it leaves no trail of the other sign beside it.
///
/// Blocks begin at ping numbers that are multiples of kBlock, however the recording is entered. Rows are
/// counted from 0 since reset(). Threads: one thread.
class ColumnBackground {
 public:
  static constexpr std::int64_t kBlock = 8;
  static constexpr std::int64_t kBehind = 6;
  static constexpr std::int64_t kAhead = 1;

  void reset(std::size_t columns, std::uint64_t first_ping);
  /// Takes in the next row; cells behind `row` were not recorded. An empty row counts for nothing.
  void push(std::span<const std::int16_t> row);
  /// No more rows: what is left is ready with what there is.
  void finish();

  /// Rows before this have their background.
  [[nodiscard]] std::int64_t ready() const noexcept;
  /// Of a row that is ready; fastest in rising order.
  [[nodiscard]] std::span<const std::int16_t> of(std::int64_t row);

 private:
  static constexpr std::size_t kBlocks = kBehind + 1 + kAhead;
  static constexpr std::size_t kKept = kBlocks + 2;  ///< finish() may close one that nobody waited for.
  struct Block {
    std::vector<std::int16_t> mean;
    bool seen = false;  ///< Some row of it was recorded.
  };

  void close_block();
  void combine(std::int64_t block);

  std::vector<std::int32_t> sums_;
  std::vector<std::int32_t> counts_;
  std::array<Block, kKept> blocks_;
  std::array<std::vector<std::int16_t>, kBlocks> sorted_;
  std::vector<std::int16_t> background_;
  std::int64_t offset_ = 0;  ///< Pings of the first block before the first row.
  std::int64_t rows_ = 0;
  std::int64_t closed_ = 0;
  std::int64_t combined_ = -1;  ///< The block that background_ is for.
  std::size_t longest_ = 0;     ///< Row in the open block.
  bool finished_ = false;
};

}  // namespace towfish
