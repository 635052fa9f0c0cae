#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace towfish {

/// An order statistic of windows that slide along some rows: of all that lies within kWidth neighbouring
/// values of each row, the one of a certain rank. All windows are searched at once, which becomes vector
/// instructions.
///
/// Values are the bits of floats that are not negative, which rise with them. Threads: one thread.
class WindowRanks {
 public:
  static constexpr std::size_t kWidth = 7;
  static constexpr std::int32_t kNone = std::bit_cast<std::int32_t>(std::numeric_limits<float>::infinity());

  void reset(std::size_t windows);

  /// For each window the value that is `part` of the way from the lowest to the highest; kNone where there is
  /// no value. Each row has as many values as there are windows, and kWidth - 1 more; kNone stands for no
  /// value.
  std::span<const std::int32_t> find(std::span<const std::int32_t* const> rows, float part);

 private:
  void begin(float part);
  [[nodiscard]] std::uint32_t first_bit(std::span<const std::int32_t* const> rows);
  void count_below_limits(std::span<const std::int32_t* const> rows);
  [[nodiscard]] std::int32_t narrow(std::int32_t bit);

  std::vector<std::int32_t> ranks_;
  std::vector<std::int32_t> found_;   ///< No value of the wanted rank is below,
  std::vector<std::int32_t> below_;   ///< as so many are,
  std::vector<std::int32_t> upto_;    ///< and so many are below that and those with the same leading bits.
  std::vector<std::int32_t> limits_;  ///< What is tried next,
  std::vector<std::int32_t> counts_;  ///< and how many are below.
};

}  // namespace towfish
