#include "detectors/clutter.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/lengths.hpp"
#include "detectors/log_amplitude.hpp"

namespace towfish {

namespace {

constexpr float kSmoothHalfM = 0.15F;
constexpr int kSmoothMostPings = 6;
constexpr float kHalfM = 3.0F;
constexpr int kMostPings = 48;
constexpr int kClip = steps(6);
constexpr int kCellClip = steps(12);

int smooth_pings(const RowInfo& info) {
  return count_of(kSmoothHalfM, info.spacing_m, 0, kSmoothMostPings);
}

int clutter_pings(const RowInfo& info) {
  return count_of(kHalfM, info.spacing_m, 4, kMostPings);
}

}  // namespace

void Clutter::reset(const Conditioning& rows) {
  const auto columns = static_cast<std::size_t>(rows.cells());
  if (prefix_.size() != columns + 1) {
    smooth_.reset(columns);
    rms_.reset(columns);
    prefix_.assign(columns + 1, 0);
    prefix_count_.assign(columns + 1, 0);
  }
  for (auto* sums : {&vertical_, &squares_, &counts_}) sums->reset(columns);
  smoothed_ = measured_ = 0;
}

void Clutter::advance(const Conditioning& rows, bool last) {
  const auto ahead = [&rows, last](std::int64_t row, int (*pings)(const RowInfo&)) {
    return last ? 0 : pings(rows.info(row));
  };
  while (smoothed_ < rows.ready() && smoothed_ + ahead(smoothed_, smooth_pings) < rows.ready()) {
    smooth(rows, smoothed_++);
  }
  while (measured_ < smoothed_ && measured_ + ahead(measured_, clutter_pings) < smoothed_) {
    measure(rows, measured_++, smoothed_);
  }
}

void Clutter::smooth(const Conditioning& rows, std::int64_t row) {
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
  for (int i = 0; i < rows.cells(); ++i) {
    const int first = std::max(0, i - cells);
    const int end = std::min(rows.cells(), i + cells + 1);
    const auto sum = prefix_[static_cast<std::size_t>(end)] - prefix_[static_cast<std::size_t>(first)];
    out[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(
        std::clamp(static_cast<int>(static_cast<float>(sum) * scale), -kClip, kClip));
  }
}

void Clutter::measure(const Conditioning& rows, std::int64_t row, std::int64_t end) {
  const int pings = clutter_pings(rows.info(row));
  const RowSpan span{std::max<std::int64_t>(0, row - pings), std::min(end, row + pings + 1)};
  squares_.move_to(span, [this](std::int64_t r, std::span<std::int32_t> sums, int sign) {
    const auto cells = smooth_.row(r);
    if (sign > 0) {
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += cells[i] * cells[i];
    } else {
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] -= cells[i] * cells[i];
    }
  });
  counts_.move_to(span, [&rows](std::int64_t r, std::span<std::int32_t> sums, int sign) {
    if (rows.info(r).missing) return;
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows.info(r).cells); ++i) sums[i] += sign;
  });
  for (std::size_t i = 0; i < squares_.sums().size(); ++i) {
    prefix_[i + 1] = prefix_[i] + squares_.sums()[i];
    prefix_count_[i + 1] = prefix_count_[i] + counts_.sums()[i];
  }
  const int cells = count_of(kHalfM, rows.cell_m(), 4, rows.cells());
  const auto out = rms_.row(row);
  for (int i = 0; i < rows.cells(); ++i) {
    const auto from = static_cast<std::size_t>(std::max(0, i - cells));
    const auto to = static_cast<std::size_t>(std::min(rows.cells(), i + cells + 1));
    const auto count = std::max<std::int64_t>(1, prefix_count_[to] - prefix_count_[from]);
    const auto mean = static_cast<float>(prefix_[to] - prefix_[from]) / static_cast<float>(count);
    out[static_cast<std::size_t>(i)] = std::sqrt(mean) / static_cast<float>(kStepsPerDecibel);
  }
}

}  // namespace towfish
