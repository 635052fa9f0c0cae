#include "detectors/scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "detectors/lengths.hpp"
#include "detectors/wide.hpp"

namespace towfish {

namespace {

constexpr float kApartM = 1.0F;
constexpr int kApartMostPings = 24;
constexpr float kLeastScore = 1.5F;
constexpr float kPromising = 1.0F;
constexpr float kSameEdgeM = 0.25F;
constexpr float kNearestM = 0.3F;  // behind the bottom return
constexpr float kFarthestM =
    0.5F;  // before the end of the trace: whatever lies there, its shadow is not seen
constexpr float kNotAsked = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kMostPeaksPerRow = 64;

int apart_pings(float spacing_m) {
  return count_of(kApartM, spacing_m, 1, kApartMostPings);
}

constexpr std::size_t kMaskCells = 32;

/// Bit i of masks[k]: whether cell k * kMaskCells + i has such a score. There are as many masks as whole
/// ones.
TOWFISH_WIDE void mark_at_least(float least, std::span<const float> scores, std::span<std::uint32_t> masks) {
  for (std::size_t k = 0; k < masks.size(); ++k) {
    const float* const some = scores.data() + k * kMaskCells;
    std::uint32_t mask = 0;
    for (std::uint32_t i = 0; i < kMaskCells; ++i) mask |= static_cast<std::uint32_t>(some[i] >= least) << i;
    masks[k] = mask;
  }
}

/// Calls found(cell) for each that has such a score. Most have less, and are passed over many at once.
template <class Found>
void for_each_at_least(float least, std::span<const float> scores, const Found& found) {
  std::array<std::uint32_t, Conditioning::kMostCells / kMaskCells> all;
  const std::span masks = std::span(all).first(scores.size() / kMaskCells);
  mark_at_least(least, scores, masks);
  for (std::size_t k = 0; k < masks.size(); ++k) {
    for (std::uint32_t mask = masks[k]; mask != 0; mask &= mask - 1) {
      found(k * kMaskCells + static_cast<std::size_t>(std::countr_zero(mask)));
    }
  }
  for (std::size_t cell = masks.size() * kMaskCells; cell < scores.size(); ++cell) {
    if (scores[cell] >= least) found(cell);
  }
}

TOWFISH_WIDE bool any_above(std::span<const float> scores, float limit) {
  int above = 0;
  for (const float score : scores) above += score > limit;
  return above > 0;
}

TOWFISH_WIDE bool any_at_least(std::span<const float> scores, float limit) {
  int enough = 0;
  for (const float score : scores) enough += score >= limit;
  return enough > 0;
}

}  // namespace

Scan::Scan(std::vector<std::unique_ptr<Algorithm>> algorithms)
    : algorithms_(std::move(algorithms)), scores_(algorithms_.size()), candidates_(kMostPeaksPerRow) {}

void Scan::reset(const TraceGeometry& geometry, std::uint64_t first_ping) {
  const bool is_new = !(geometry == rows_.geometry());
  rows_.reset(geometry, first_ping);
  clutter_.reset(rows_);
  for (auto& algorithm : algorithms_) algorithm->reset(rows_);
  if (is_new) {
    for (auto& scores : scores_) scores.reset(static_cast<std::size_t>(rows_.cells()));
    promising_.reserve(static_cast<std::size_t>(rows_.cells()));
  }
  scored_ = searched_ = 0;
}

void Scan::advance(bool last) {
  clutter_.advance(rows_, last);
  const std::int64_t end = clutter_.ready();
  while (scored_ < end && scored_ + (last ? 0 : score_reach(scored_)) < end) {
    const RowInfo& info = rows_.info(scored_);
    const int nearest = count_of(kNearestM, rows_.cell_m(), 0, rows_.cells()) + 1;
    const int farthest = info.cells - count_of(kFarthestM, rows_.cell_m(), 2, rows_.cells());
    promising_.assign(1, {nearest, info.missing ? nearest : std::max(nearest, farthest)});
    for (std::size_t k = 0; k < algorithms_.size(); ++k) {
      const auto scores = scores_[k].row(scored_);
      std::fill(scores.begin(), scores.end(), k == left_out_ ? kNotAsked : 0.0F);
      if (k == left_out_) continue;
      algorithms_[k]->score(rows_, clutter_, scored_, end, promising_, scores);
      if (k == 0) find_promising(scored_);
    }
    ++scored_;
  }
}

int Scan::score_reach(std::int64_t row) const noexcept {
  int reach = 0;
  for (const auto& algorithm : algorithms_)
    reach = std::max(reach, algorithm->reach(rows_.info(row).spacing_m));
  return reach;
}

int Scan::search_reach(std::int64_t row) const noexcept {
  const float spacing_m = rows_.info(row).spacing_m;
  return std::max(apart_pings(spacing_m), Measurement::reach(spacing_m));
}

// Around each cell in which the first algorithm sees something, as far as highest_near() looks.
void Scan::find_promising(std::int64_t row) {
  const int across = count_of(kSameEdgeM, rows_.cell_m(), 1, rows_.cells());
  const CellSpan all = promising_.front();
  promising_.clear();
  if (all.first >= all.end) return;
  const auto scores = scores_[0].row(row).subspan(static_cast<std::size_t>(all.first),
                                                  static_cast<std::size_t>(all.end - all.first));
  for_each_at_least(kPromising, scores, [&](std::size_t i) {
    const int cell = all.first + static_cast<int>(i);
    const int first = std::max(all.first, cell - across);
    const int last = std::min(all.end, cell + across + 1);
    if (!promising_.empty() && first <= promising_.back().end) {
      promising_.back().end = last;
    } else {
      promising_.push_back({first, last});
    }
  });
}

void Scan::find_peaks(std::int64_t row) {
  peaks_ = 0;
  const auto scores = scores_[0].row(row);
  for_each_at_least(kLeastScore, scores, [&](std::size_t i) {
    if (i == 0 || i + 1 == scores.size() || peaks_ == kMostPeaksPerRow) return;
    const float score = scores[i];
    const int cell = static_cast<int>(i);
    if (score < scores[i - 1] || score <= scores[i + 1] || !is_peak(row, cell, score)) return;
    Candidate& candidate = candidates_[peaks_++];
    candidate = {};
    candidate.row = row;
    candidate.cell = cell;
    measure(candidate);
  });
}

// Of equal scores the earlier row, then the nearer cell, is the peak. Asks the nearest rows first: they are
// the likeliest to say no.
bool Scan::is_peak(std::int64_t row, int cell, float score) const {
  const int across = count_of(kApartM, rows_.cell_m(), 1, rows_.cells());
  const int bottom = rows_.info(row).bottom;
  const auto near = [&](std::int64_t r) {
    const int at = cell + bottom - rows_.info(r).bottom;
    const int first = std::clamp(at - across, 0, rows_.cells());
    const int end = std::clamp(at + across + 1, first, rows_.cells());
    return scores_[0].row(r).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first));
  };
  const auto here = near(row);
  const auto before = static_cast<std::size_t>(std::min(cell, across));
  if (any_at_least(here.first(before), score) || any_above(here.subspan(before), score)) return false;
  const int along = apart_pings(rows_.info(row).spacing_m);
  for (int off = 1; off <= along; ++off) {
    if (row - off >= 0 && any_at_least(near(row - off), score)) return false;
    if (row + off < scored_ && any_above(near(row + off), score)) return false;
  }
  return true;
}

// The others may see the same edge a cell or a ping off. kNotAsked in the candidate's own row stays, in
// another row it is passed over: it compares false.
float Scan::highest_near(std::size_t algorithm, const Candidate& candidate) const {
  const int across = count_of(kSameEdgeM, rows_.cell_m(), 1, rows_.cells());
  const int first = std::max(0, candidate.cell - across);
  const int end = std::min(rows_.cells(), candidate.cell + across + 1);
  float highest = scores_[algorithm].row(candidate.row)[static_cast<std::size_t>(candidate.cell)];
  for (auto r = std::max<std::int64_t>(0, candidate.row - 2); r < std::min(scored_, candidate.row + 3); ++r) {
    const auto scores = scores_[algorithm].row(r);
    for (int c = first; c < end; ++c) highest = std::max(highest, scores[static_cast<std::size_t>(c)]);
  }
  return highest;
}

void Scan::measure(Candidate& candidate) const {
  candidate.scores[0] = scores_[0].row(candidate.row)[static_cast<std::size_t>(candidate.cell)];
  for (std::size_t k = 1; k < scores_.size(); ++k) candidate.scores[k] = highest_near(k, candidate);
  Measurement(rows_, clutter_, scored_).measure(candidate);
}

}  // namespace towfish
