#include "detectors/bottom_track.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "detectors/log_amplitude.hpp"
#include "detectors/wide.hpp"

namespace towfish {

namespace {

constexpr int kMostBins = 320;
constexpr float kNearM = 0.4F;         // the step must be sharp ...
constexpr float kFarM = 1.5F;          // ... and last
constexpr float kSearchPart = 0.8F;    // of the range; a bottom beyond leaves nothing to search
constexpr float kBlindM = 0.35F;       // the transmit burst
constexpr int kStride = 4;             // bins the bottom may move from block to block
constexpr float kMovePenalty = 0.35F;  // dB a bin
constexpr float kLeapPenalty = 14.0F;  // dB
constexpr float kLeastStep = 2.0F;     // dB, mean over the path; less is no bottom
constexpr float kHintGain = 1.5F;      // dB, where the recorded altitude says it is
constexpr int kKept = BottomTrack::kBehind + BottomTrack::kAhead + 2;
constexpr float kNowhere = -std::numeric_limits<float>::infinity();

/// Of sixteen interleaved parts at once: compilers may not reorder a single maximum of floats.
TOWFISH_WIDE float highest(std::span<const float> values) {
  std::array<float, 16> tops;
  tops.fill(kNowhere);
  std::size_t i = 0;
  for (; i + tops.size() <= values.size(); i += tops.size()) {
    for (std::size_t k = 0; k < tops.size(); ++k) tops[k] = std::max(tops[k], values[i + k]);
  }
  for (; i < values.size(); ++i) tops[0] = std::max(tops[0], values[i]);
  return *std::ranges::max_element(tops);
}

}  // namespace

void BottomTrack::reset(std::size_t cells, float cell_m, float first_edge_m, std::uint64_t first_ping) {
  const int searched = static_cast<int>(static_cast<float>(cells) * kSearchPart);
  cells_per_bin_ = std::max(1, (searched + kMostBins - 1) / kMostBins);
  bins_ = static_cast<int>(cells) / cells_per_bin_;
  bin_m_ = cell_m * static_cast<float>(cells_per_bin_);
  near_bins_ = std::max(1, static_cast<int>(std::lround(kNearM / bin_m_)));
  far_bins_ = std::max(2, static_cast<int>(std::lround(kFarM / bin_m_)));
  first_bin_ = std::max(1, static_cast<int>(std::lround((kBlindM - first_edge_m) / bin_m_)));
  first_edge_m_ = first_edge_m;
  offset_ = static_cast<std::int64_t>(first_ping % kBlock);
  rows_ = closed_ = 0;
  finished_ = false;
  gathered_ = hints_ = 0;
  hint_m_ = 0;
  const auto bins = static_cast<std::size_t>(bins_);
  sums_.assign(bins * static_cast<std::size_t>(cells_per_bin_), 0);
  prefix_.assign(bins + 1, 0);
  scores_.assign(bins * kKept, 0.0F);
  best_.assign(bins + 2 * kStride, kNowhere);
  next_.assign(bins + 2 * kStride, kNowhere);
  from_.assign(bins * kKept, 0);
  decoded_block_ = -1;
}

std::span<float> BottomTrack::scores(std::int64_t block) noexcept {
  const auto bins = static_cast<std::size_t>(bins_);
  return {scores_.data() + static_cast<std::size_t>(block % kKept) * bins, bins};
}

void BottomTrack::push(std::span<const std::int16_t> row, bool missing, float altitude_m) {
  if (!missing) {
    ++gathered_;
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += row[i];
  }
  if (altitude_m > 0) {
    hint_m_ += altitude_m;
    ++hints_;
  }
  ++rows_;
  if ((rows_ + offset_) % kBlock == 0) close_block();
}

void BottomTrack::close_block() {
  score_block(scores(closed_));
  ++closed_;
  std::fill(sums_.begin(), sums_.end(), 0);
  gathered_ = hints_ = 0;
  hint_m_ = 0;
}

TOWFISH_WIDE void BottomTrack::score_block(std::span<float> scores) {
  std::fill(scores.begin(), scores.end(), 0.0F);
  if (gathered_ == 0) return;
  const auto per_bin = static_cast<std::size_t>(cells_per_bin_);
  for (std::size_t bin = 0; bin + 1 < prefix_.size(); ++bin) {
    const std::int32_t* const cell = sums_.data() + bin * per_bin;
    prefix_[bin + 1] = std::accumulate(cell, cell + per_bin, prefix_[bin]);
  }
  const float unit = 1.0F / static_cast<float>(gathered_ * cells_per_bin_ * kStepsPerDecibel);
  const std::int32_t* const before_bin = prefix_.data();
  const auto mean = [ =, bins = bins_ ](int first, int end) __attribute__((always_inline)) {
    first = std::max(first, 0);
    end = std::min(end, bins);
    const float sum = static_cast<float>(before_bin[end] - before_bin[first]);
    return first < end ? sum * unit / static_cast<float>(end - first) : 0.0F;
  };
  const int last = std::min(bins_ - 1, static_cast<int>(static_cast<float>(bins_) * kSearchPart));
  for (int bin = first_bin_; bin < last; ++bin) {
    const float sharp = mean(bin, bin + near_bins_) - mean(bin - near_bins_, bin);
    const float before = std::max(mean(bin - far_bins_, bin), mean(first_bin_, bin));
    const float lasting = mean(bin, bin + far_bins_) - before;
    scores[static_cast<std::size_t>(bin)] = std::clamp(std::min(1.5F * sharp, lasting), -3.0F, 15.0F);
  }
  if (hints_ == 0) return;
  const float hinted = (hint_m_ / static_cast<float>(hints_) - first_edge_m_) / bin_m_;
  for (int bin = first_bin_; bin < last; ++bin) {
    const float off = std::abs(static_cast<float>(bin) - hinted) / std::max(1.0F, 0.3F * hinted);
    scores[static_cast<std::size_t>(bin)] += kHintGain * std::max(0.0F, 1.0F - off);
  }
}

std::int64_t BottomTrack::ready() const noexcept {
  if (finished_) return rows_;
  return std::max<std::int64_t>(0, (closed_ - kAhead) * kBlock - offset_);
}

std::optional<int> BottomTrack::around(std::int64_t row) {
  const std::int64_t block = block_of(row);
  if (block != decoded_block_) {
    if (finished_ && gathered_ > 0) close_block();
    decoded_ = decode(block);
    decoded_block_ = block;
  }
  if (decoded_ < 0) return std::nullopt;
  return decoded_ * cells_per_bin_;
}

// One block further: for each bin the best it can come from, `from` being where that is. Of equals a leap
// stays, then the lowest bin.
TOWFISH_WIDE void BottomTrack::go_on(std::span<const float> now, std::span<std::int16_t> from) noexcept {
  const std::span<const float> bests(best_.data() + kStride, now.size());
  const float top = highest(bests);
  const float leap = top - kLeapPenalty;
  const auto leapt_from = static_cast<std::int32_t>(std::ranges::find(bests, top) - bests.begin());
  const float* __restrict const best = bests.data();
  const float* __restrict const score = now.data();
  float* __restrict const next = next_.data() + kStride;
  std::int16_t* __restrict const came = from.data();
  const auto bins = static_cast<std::int32_t>(now.size());
  for (std::int32_t bin = 0; bin < bins; ++bin) {
    float highest_here = leap;
    std::int32_t came_here = leapt_from;
    for (std::int32_t move = -kStride; move <= kStride; ++move) {
      const float value = best[bin + move] - kMovePenalty * static_cast<float>(move < 0 ? -move : move);
      const bool better = value > highest_here;
      highest_here = better ? value : highest_here;
      came_here = better ? bin + move : came_here;
    }
    next[bin] = highest_here + score[bin];
    came[bin] = static_cast<std::int16_t>(came_here);
  }
  best_.swap(next_);
}

// Viterbi: the path through the blocks around `block` with the highest sum of scores less penalties.
int BottomTrack::decode(std::int64_t block) {
  const std::int64_t first = std::max<std::int64_t>(0, block - kBehind);
  const std::int64_t end = std::min(closed_, block + kAhead + 1);
  const auto bins = static_cast<std::size_t>(bins_);
  std::ranges::copy(scores(first), best_.begin() + kStride);
  for (std::int64_t b = first + 1; b < end; ++b) {
    go_on(scores(b), {from_.data() + static_cast<std::size_t>(b - first) * bins, bins});
  }
  const std::span<const float> bests(best_.data() + kStride, bins);
  const float top = highest(bests);
  if (top < kLeastStep * static_cast<float>(end - first)) return -1;
  int bin = static_cast<int>(std::ranges::find(bests, top) - bests.begin());
  for (std::int64_t b = end - 1; b > block; --b) {
    bin = from_[static_cast<std::size_t>(b - first) * bins + static_cast<std::size_t>(bin)];
  }
  return bin;
}

}  // namespace towfish
