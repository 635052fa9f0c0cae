#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace towfish {

/// The last kRows rows of a growing image, by row number. Rows are counted from 0 since reset().
template <class T>
class RowRing {
 public:
  static constexpr std::int64_t kRows = 512;

  void reset(std::size_t columns) {
    columns_ = columns;
    data_.assign(columns * static_cast<std::size_t>(kRows), T{});
  }
  [[nodiscard]] std::span<T> row(std::int64_t number) noexcept {
    return {data_.data() + columns_ * static_cast<std::size_t>(number & (kRows - 1)), columns_};
  }
  [[nodiscard]] std::span<const T> row(std::int64_t number) const noexcept {
    return {data_.data() + columns_ * static_cast<std::size_t>(number & (kRows - 1)), columns_};
  }

 private:
  std::vector<T> data_;
  std::size_t columns_ = 0;
};

/// An interval of row numbers, end excluded.
struct RowSpan {
  std::int64_t first = 0;
  std::int64_t end = 0;
  [[nodiscard]] std::int64_t size() const noexcept { return end - first; }
};

/// Adds a row, each cell limited to +-Limit, to column sums, or (sign < 0) takes it away again. Limited as 16
/// bits and without multiplying, because the baseline processor does that for eight cells at once.
template <int Limit>
void add_row(std::span<const std::int16_t> row, std::span<std::int32_t> sums, int sign) noexcept {
  const auto limited = [](std::int16_t value) {
    return std::min<std::int16_t>(std::max<std::int16_t>(value, -Limit), Limit);
  };
  if (sign > 0) {
    for (std::size_t i = 0; i < row.size(); ++i) sums[i] += limited(row[i]);
  } else {
    for (std::size_t i = 0; i < row.size(); ++i) sums[i] -= limited(row[i]);
  }
}

/// Column sums over a moving interval of rows, in integers: adding the newest row and taking away the oldest
/// leaves no rounding behind, so the sums depend on the rows in the interval and on nothing else.
class RunningColumns {
 public:
  void reset(std::size_t columns) {
    sums_.assign(columns, 0);
    rows_ = {};
  }
  /// Moves to `wanted`. add(row, sums, sign) adds a row to the sums, or takes it away. Rows that were jumped
  /// over are not asked for.
  template <class Add>
  void move_to(RowSpan wanted, const Add& add) {
    if (wanted.first >= rows_.end) {
      sums_.assign(sums_.size(), 0);
      rows_ = {wanted.first, wanted.first};
    }
    while (rows_.end < wanted.end) add(rows_.end++, std::span<std::int32_t>(sums_), 1);
    while (rows_.first > wanted.first) add(--rows_.first, std::span<std::int32_t>(sums_), 1);
    while (rows_.end > wanted.end) add(--rows_.end, std::span<std::int32_t>(sums_), -1);
    while (rows_.first < wanted.first) add(rows_.first++, std::span<std::int32_t>(sums_), -1);
  }
  [[nodiscard]] std::span<const std::int32_t> sums() const noexcept { return sums_; }
  [[nodiscard]] RowSpan rows() const noexcept { return rows_; }

 private:
  std::vector<std::int32_t> sums_;
  RowSpan rows_;
};

}  // namespace towfish
