#include "detectors/column_background.hpp"

#include <algorithm>
#include <utility>

namespace towfish {

namespace {

// Batcher's odd-even merge sort of eight.
constexpr std::pair<std::size_t, std::size_t> kExchanges[] = {
    {0, 1}, {2, 3}, {4, 5}, {6, 7}, {0, 2}, {1, 3}, {4, 6}, {5, 7}, {1, 2}, {5, 6},
    {0, 4}, {1, 5}, {2, 6}, {3, 7}, {2, 4}, {3, 5}, {1, 2}, {3, 4}, {5, 6}};

void exchange(std::vector<std::int16_t>& low, std::vector<std::int16_t>& high) noexcept {
  std::int16_t* a = low.data();
  std::int16_t* b = high.data();
  for (std::size_t i = 0; i < low.size(); ++i) {
    const std::int16_t smaller = std::min(a[i], b[i]);
    b[i] = std::max(a[i], b[i]);
    a[i] = smaller;
  }
}

}  // namespace

void ColumnBackground::reset(std::size_t columns, std::uint64_t first_ping) {
  sums_.assign(columns, 0);
  counts_.assign(columns, 0);
  for (Block& block : blocks_) block.mean.assign(columns, 0);
  for (auto& values : sorted_) values.assign(columns, 0);
  background_.assign(columns, 0);
  offset_ = static_cast<std::int64_t>(first_ping % static_cast<std::uint64_t>(kBlock));
  rows_ = closed_ = 0;
  combined_ = -1;
  longest_ = 0;
  finished_ = false;
}

void ColumnBackground::push(std::span<const std::int16_t> row) {
  for (std::size_t i = 0; i < row.size(); ++i) sums_[i] += row[i];
  for (std::size_t i = 0; i < row.size(); ++i) ++counts_[i];
  longest_ = std::max(longest_, row.size());
  if ((++rows_ + offset_) % kBlock == 0) close_block();
}

void ColumnBackground::finish() {
  finished_ = true;
  if ((rows_ + offset_) % kBlock != 0) close_block();
}

std::int64_t ColumnBackground::ready() const noexcept {
  if (finished_) return rows_;
  return std::max<std::int64_t>(0, (closed_ - kAhead) * kBlock - offset_);
}

void ColumnBackground::close_block() {
  Block& block = blocks_[static_cast<std::size_t>(closed_++) % kKept];
  block.seen = longest_ > 0;
  for (std::size_t i = 0; i < longest_; ++i) {
    block.mean[i] = static_cast<std::int16_t>(static_cast<float>(sums_[i]) / static_cast<float>(counts_[i]));
  }
  // Behind the longest row the level goes on as it ended.
  const std::int16_t last = block.seen ? block.mean[longest_ - 1] : std::int16_t{0};
  std::fill(block.mean.begin() + static_cast<std::ptrdiff_t>(longest_), block.mean.end(), last);
  std::fill(sums_.begin(), sums_.end(), 0);
  std::fill(counts_.begin(), counts_.end(), 0);
  longest_ = 0;
}

std::span<const std::int16_t> ColumnBackground::of(std::int64_t row) {
  const std::int64_t block = (row + offset_) / kBlock;
  if (block != combined_) combine(block);
  return background_;
}

// Where there are fewer blocks, those that there are stand for the others too.
void ColumnBackground::combine(std::int64_t block) {
  combined_ = block;
  std::array<const Block*, kBlocks> there{};
  std::size_t n = 0;
  for (auto b = std::max<std::int64_t>(0, block - kBehind); b < std::min(closed_, block + kAhead + 1); ++b) {
    const Block& one = blocks_[static_cast<std::size_t>(b) % kKept];
    if (one.seen) there[n++] = &one;
  }
  if (n == 0) return std::fill(background_.begin(), background_.end(), std::int16_t{0});
  for (std::size_t k = 0; k < kBlocks; ++k) {
    std::copy(there[k % n]->mean.begin(), there[k % n]->mean.end(), sorted_[k].begin());
  }
  for (const auto& [low, high] : kExchanges) exchange(sorted_[low], sorted_[high]);
  static_assert(kBlocks == 8);
  for (std::size_t i = 0; i < background_.size(); ++i) {
    const int middle = sorted_[2][i] + sorted_[3][i] + sorted_[4][i] + sorted_[5][i];
    background_[i] = static_cast<std::int16_t>(middle / 4);
  }
}

}  // namespace towfish
