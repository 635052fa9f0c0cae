#include "detectors/grouping.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/likelihood.hpp"

namespace towfish {

namespace {

// A detached shadow: dark, behind something much brighter than its own near edge.
constexpr float kLeastAheadM = 2.0F;
constexpr float kMostFloatM = 2.5F;  // above the bottom
constexpr float kMostAheadM = 9.0F;  // where the altitude is not known
constexpr float kSameTrackM = 0.5F;
constexpr float kDullEdgeDb = 6.0F;
constexpr float kBrightDb = 6.0F;
constexpr float kBrighter = 1.4F;  // than what is at the shadow's own near edge
// Of the highlight: what is shorter is speckle or a ripple's crest, with which every shadow behind it would
// come before everything else.
constexpr float kLeastLengthM = 0.6F;
constexpr float kCalmDb = 1.5F;      // clutter; amid stones and wreckage anything lies in front of anything
constexpr float kLeastScore = 2.0F;  // of the highlight, by the algorithm that finds the peaks
constexpr float kDarkDb = -4.0F;
constexpr float kLeastOwnLlr = -7.5F;  // of a highlight that adds something to its shadow
constexpr float kJoinedLlr = 2.5F;     // nats that the two together say more than the better one alone

// An extended object.
constexpr float kRestlessDb = 3.0F;  // clutter; bare bottoms and single objects stay below
constexpr float kUneven = 0.4F;      // part of it that is left over a shadow's length; ripples even out there
constexpr float kLinkM = 5.0F;
constexpr float kExtendedCost = 2.0F;  // nats
constexpr float kLeastExtentM = 7.0F;
constexpr std::size_t kLeastMembers = 4;
constexpr float kStandsOutLlr = 3.0F;              // nats
constexpr float kLeastRegionLlr = -kExtendedCost;  // of a candidate whose region is worth looking at
constexpr float kLeastLongM = 4.0F;                // mines are up to 2.5 m long, and beams smear them
constexpr float kLeastMeanDb = 11.0F;              // ripples reach 10
constexpr float kLeastBrightPart = 0.7F;           // else one thing lies in the shadow of another

// Distance from nadir in samples is the same scale for all rows; cells are not, they count from the bottom.
float ahead_m(const Detection& near, const Detection& far, float sample_m) {
  return (static_cast<float>(far.sample) - static_cast<float>(near.sample)) * sample_m;
}

bool is_restless(const Candidate& candidate) {
  return candidate.clutter_db >= kRestlessDb && candidate.shadow_clutter_db >= kUneven * candidate.clutter_db;
}

bool may_be_detached(const Candidate& shadow) {
  return shadow.shadow_db <= kDarkDb && shadow.highlight_db < kDullEdgeDb;
}

bool may_be_ahead(const Candidate& highlight) {
  return highlight.peak_db >= kBrightDb && highlight.length_m >= kLeastLengthM &&
         highlight.clutter_db <= kCalmDb && highlight.scores[0] >= kLeastScore;
}

// By similar triangles: sonar, object, and where its shadow begins.
float most_ahead_m(const Detection& highlight) {
  if (!(highlight.altitude_m > kMostFloatM + 1)) return kMostAheadM;
  return highlight.slant_range_m * kMostFloatM / (highlight.altitude_m - kMostFloatM);
}

// Real, but no mine.
void make_extended(Judged& judged, float length_m, float width_m) {
  Detection& d = judged.detection;
  d.length_m = length_m;
  d.width_m = width_m;
  d.contact_class = ContactClass::nombo;
  judged.part_llr = d.llr;
  d.llr = std::min(d.llr, 0.0F) - kExtendedCost;
}

bool stronger(const Judged& a, const Judged& b) {
  if (a.detection.llr != b.detection.llr) return a.detection.llr > b.detection.llr;
  if (a.candidate.row != b.candidate.row) return a.candidate.row < b.candidate.row;
  return a.candidate.cell < b.candidate.cell;
}

}  // namespace

void Grouping::add(const Judged& judged) {
  if (waiting_.full() && decided_ > 0) --decided_;
  waiting_.push_back({judged, false});
}

void Grouping::forget(std::int64_t before) {
  while (!waiting_.empty() && waiting_.front().judged.candidate.row < before) {
    waiting_.pop_front();
    if (decided_ > 0) --decided_;
  }
}

bool Grouping::is_detached_shadow(const Waiting& of, const Waiting& highlight, float sample_m) const {
  const Candidate& a = highlight.judged.candidate;
  const Candidate& b = of.judged.candidate;
  const bool fits = may_be_detached(b) && may_be_ahead(a) && a.highlight_db > kBrighter * b.highlight_db &&
                    a.shadow_db > 0.6F * b.shadow_db;
  if (!fits || !(static_cast<float>(std::abs(a.row - b.row)) * b.spacing_m <= kSameTrackM)) return false;
  const float ahead = ahead_m(highlight.judged.detection, of.judged.detection, sample_m);
  return ahead >= kLeastAheadM && ahead <= most_ahead_m(highlight.judged.detection);
}

void Grouping::join_shadow(const Waiting& shadow, Judged& result) const {
  Detection& d = result.detection;
  const Detection& s = shadow.judged.detection;
  // Of something that floats, what lies right behind the highlight says no height.
  const float mistaken = std::min(0.0F, Likelihood::of_own_height(result.candidate, d.height_m));
  const bool own = d.llr >= kLeastOwnLlr;
  d.llr = own ? Likelihood::limited(std::max(d.llr - mistaken, s.llr) + kJoinedLlr) : s.llr;
  for (std::size_t k = 0; k < kMaxAlgorithms; ++k) {
    d.llr_by_algorithm[k] = std::max(d.llr_by_algorithm[k], s.llr_by_algorithm[k]);
  }
  d.shadow_last_sample = s.shadow_last_sample;
}

bool Grouping::decide(std::size_t which, float sample_m, Judged& result) {
  Waiting& self = waiting_[which];
  const Candidate& candidate = self.judged.candidate;
  if ((may_be_detached(candidate) || may_be_ahead(candidate)) && !join(which, sample_m, result)) return false;
  const bool whole = fill_region(self, sample_m, result) || span_wreck(which, sample_m, result);
  return !whole || is_strongest(self);
}

bool Grouping::join(std::size_t which, float sample_m, Judged& result) const {
  const Waiting& self = waiting_[which];
  const std::int64_t row = self.judged.candidate.row;
  const int most_rows = reach(self.judged.candidate.spacing_m);
  std::size_t first = which;
  while (first > 0 && row - waiting_[first - 1].judged.candidate.row <= most_rows) --first;
  for (std::size_t i = first; i < waiting_.size(); ++i) {
    const Waiting& other = waiting_[i];
    if (other.judged.candidate.row - row > most_rows) break;
    if (is_detached_shadow(self, other, sample_m)) return false;
    if (is_detached_shadow(other, self, sample_m)) join_shadow(other, result);
  }
  return true;
}

bool Grouping::fill_region(Waiting& self, float sample_m, Judged& result) {
  const Candidate& candidate = self.judged.candidate;
  if (self.judged.detection.llr < kLeastRegionLlr) return false;
  const Region& region = grow_(candidate);
  if (region.mean_db() < kLeastMeanDb) return false;
  const float length = static_cast<float>(region.last_row() - region.first_row() + 1) * candidate.spacing_m;
  const float width =
      static_cast<float>(region.last_bright_sample() - region.first_bright_sample() + 1) * sample_m;
  if (length < kLeastLongM && (width < kLeastLongM || region.bright_part() < kLeastBrightPart)) return false;
  for (Waiting& w : waiting_) {
    w.linked = &w == &self || region.contains(w.judged.candidate.row, w.judged.detection.sample);
  }
  Detection& d = result.detection;
  d.first_ping = d.ping - static_cast<std::uint64_t>(candidate.row - region.first_row());
  d.last_ping = d.ping + static_cast<std::uint64_t>(region.last_row() - candidate.row);
  d.highlight_first_sample = region.first_bright_sample();
  d.highlight_last_sample = region.last_bright_sample();
  d.shadow_last_sample = std::max(d.shadow_last_sample, d.highlight_last_sample);
  make_extended(result, length, width);
  return true;
}

bool Grouping::span_wreck(std::size_t which, float sample_m, Judged& result) {
  const Waiting& self = waiting_[which];
  if (!is_restless(self.judged.candidate) || link(which, sample_m) < kLeastMembers) return false;
  if (stands_out(self)) return false;
  Judged whole = result;
  Detection& all = whole.detection;
  for (const Waiting& other : waiting_) {
    if (!other.linked) continue;
    const Detection& d = other.judged.detection;
    all.first_ping = std::min(all.first_ping, d.first_ping);
    all.last_ping = std::max(all.last_ping, d.last_ping);
    all.highlight_first_sample = std::min(all.highlight_first_sample, d.highlight_first_sample);
    all.shadow_last_sample = std::max(all.shadow_last_sample, d.shadow_last_sample);
  }
  const float length =
      static_cast<float>(all.last_ping - all.first_ping + 1) * self.judged.candidate.spacing_m;
  const float width = static_cast<float>(all.shadow_last_sample - all.highlight_first_sample + 1) * sample_m;
  if (std::max(length, width) < kLeastExtentM) return false;
  make_extended(whole, length, width);
  result = whole;
  return true;
}

bool Grouping::is_strongest(const Waiting& self) const {
  return std::ranges::none_of(waiting_, [&](const Waiting& other) {
    return other.linked && &other != &self && !stronger(self.judged, other.judged);
  });
}

// Fewer of what is linked come near it than an extended object has.
bool Grouping::stands_out(const Waiting& self) const {
  const float llr = self.judged.detection.llr;
  const auto alike = std::count_if(waiting_.begin(), waiting_.end(), [llr](const Waiting& other) {
    return other.linked && other.judged.detection.llr > llr - kStandsOutLlr;
  });
  return llr >= -kExtendedCost && static_cast<std::size_t>(alike) < kLeastMembers;
}

std::size_t Grouping::link(std::size_t which, float sample_m) {
  for (Waiting& w : waiting_) w.linked = false;
  waiting_[which].linked = true;
  open_.assign(1, which);
  std::size_t members = 0;
  const std::int64_t middle = waiting_[which].judged.candidate.row;
  const int most_rows = reach(waiting_[which].judged.candidate.spacing_m);
  while (!open_.empty()) {
    const Candidate from = waiting_[open_.back()].judged.candidate;
    const Detection place = waiting_[open_.back()].judged.detection;
    open_.pop_back();
    ++members;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      Waiting& w = waiting_[i];
      const Candidate& to = w.judged.candidate;
      if (w.linked || !is_restless(to) || std::abs(to.row - middle) > most_rows) continue;
      const float along = static_cast<float>(to.row - from.row) * from.spacing_m;
      if (std::hypot(along, ahead_m(place, w.judged.detection, sample_m)) > kLinkM) continue;
      w.linked = true;
      open_.push_back(i);
    }
  }
  return members;
}

}  // namespace towfish
