#include "pipeline/fusion/fusion_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pipeline/contacts/store.hpp"
#include "pipeline/fusion/placement.hpp"

namespace towfish {

namespace {

constexpr std::uint64_t kLongestDetectionPings = 100'000;
constexpr auto kAllPings = std::numeric_limits<std::uint64_t>::max();

/// Whether a detection, which has crossed shared memory, makes sense in itself.
bool consistent(const Detection& d, Side side, std::uint64_t newest_ping) noexcept {
  const bool pings = d.first_ping <= d.ping && d.ping <= d.last_ping &&
                     d.last_ping - d.first_ping <= kLongestDetectionPings && d.last_ping <= newest_ping;
  const bool samples = d.highlight_first_sample <= d.highlight_last_sample;
  const bool numbers = std::isfinite(d.slant_range_m) && d.slant_range_m > 0 && std::isfinite(d.llr);
  return pings && samples && numbers && d.side == side && d.contact_class <= ContactClass::nombo;
}

}  // namespace

FusionState::FusionState(const FusionSettings& settings, std::filesystem::path folder)
    : settings_(settings),
      navigation_(settings.placement),
      passes_(settings.resighting.pass_turn_deg),
      coverage_(settings.coverage),
      book_(settings.resighting, std::move(folder)),
      resighting_(settings.resighting),
      lanes_{Lane{.looks = LookBuilder(settings.looks), .next_look = 1},
             Lane{.looks = LookBuilder(settings.looks), .next_look = 2}},
      next_decision_(static_cast<std::uint64_t>(settings.resighting.decide_pings)) {}

void FusionState::Spacing::follow(const FrameReport& report) noexcept {
  const float spacing_m = report.frame.geometry.sample_spacing_m;
  if (spacing_m == now_m_) return;
  earlier_m_ = now_m_ > 0 ? now_m_ : spacing_m;
  now_m_ = spacing_m;
  since_ = report.first.number;
}

void FusionState::take(std::uint64_t sequence, Side side, const FrameReportView& view) {
  Lane& lane = lanes_[index(side)];
  ++counts_.frames;
  const bool late = newest_sequence_ && sequence < *newest_sequence_;
  if (newest_sequence_ != sequence && !late) begin_sequence(sequence);
  const bool end = (view.report.flags & FrameReport::kEnd) != 0;
  if (!end) {
    lane.newest_ping = std::max(lane.newest_ping, view.report.last.number);
    if (!late) {
      lane.sample_spacing_m.follow(view.report);
      follow(sequence, side, view);
    }
  }
  const std::size_t count = std::min(view.detections.size(), Store::kMaxDetections);
  for (std::size_t i = 0; i < count; ++i) {
    const Detection& detection = view.detections[i];
    ++counts_.detections;
    if (consistent(detection, side, lane.newest_ping)) {
      lane.waiting.push_back({detection, Store::detection_key(sequence, side, i),
                              lane.sample_spacing_m.at(detection.last_ping)});
    } else {
      ++counts_.invalid_detections;
    }
  }
  if (end) end_track(side);
  add_waiting(lane);
}

/// Both sides have said all about the frames before.
void FusionState::begin_sequence(std::uint64_t sequence) {
  newest_sequence_ = sequence;
  decide_due();
}

void FusionState::follow(std::uint64_t sequence, Side side, const FrameReportView& view) {
  for_each_part(sequence, view, [&](const TrackStep& part) {
    steps_.add(part, [&](const TrackStep& step) { end_step(step); });
    lanes_[index(side)].steps.add(part, [&](const TrackStep& step) { end_step(side, step); });
  });
}

void FusionState::end_step(const TrackStep& step) {
  navigation_.take(step);
  passes_.extend(step.first.number, navigation_.first(), navigation_.broken());
}

void FusionState::end_step(Side side, const TrackStep& step) {
  const auto [first, last] = navigation_.ends(step);
  coverage_.take(side, step, passes_.of(step.first.number), first, last);
}

/// Of both sides, which have the same pings.
void FusionState::end_track(Side side) {
  steps_.end([&](const TrackStep& step) { end_step(step); });
  lanes_[index(side)].steps.end([&](const TrackStep& step) { end_step(side, step); });
}

void FusionState::add_waiting(Lane& lane) {
  while (!lane.waiting.empty() && lane.waiting.front().detection.last_ping < steps_.ended_before()) {
    add(lane.waiting.front(), lane);
    lane.waiting.pop_front();
  }
}

void FusionState::add(const Waiting& waiting, Lane& lane) {
  const Detection& detection = waiting.detection;
  const Fix fix = navigation_.at(detection.at);
  PlacedDetection placed;
  placed.detection = detection;
  placed.key = waiting.key;
  placed.pass = passes_.of(detection.ping);
  placed.placement = place(detection, fix, settings_.placement);
  placed.heading_deg = fix.heading_deg;
  placed.sample_spacing_m = waiting.sample_spacing_m;
  const LookBuilder::Growth growth = lane.looks.add(placed, lane.next_look);
  for (const std::uint64_t absorbed : growth.absorbed) book_.remove(absorbed);
  if (growth.is_new) {
    ++counts_.looks;
    book_.add(growth.look);
    resighting_.begin(growth.look);
  } else {
    book_.update(growth.look);
  }
}

/// Looks are decided on as far as none may still grow, to the last multiple of decide_pings.
void FusionState::decide_due() {
  const std::uint64_t newest = std::max(lanes_[0].newest_ping, lanes_[1].newest_ping);
  const auto wait = static_cast<std::uint64_t>(settings_.looks.settle_pings + settings_.looks.report_pings);
  if (newest < wait || newest - wait < next_decision_) return;
  const auto every = static_cast<std::uint64_t>(settings_.resighting.decide_pings);
  const std::uint64_t due = (newest - wait) / every * every;
  for (auto first = resighting_.first_undecided(book_); first && *first <= due;
       first = resighting_.first_undecided(book_)) {
    decide((*first + every - 1) / every * every);
  }
  decide(due);
  next_decision_ = due + every;
}

void FusionState::decide(std::uint64_t last_ping) {
  for (const Side side : kSides) {
    counts_.resightings += resighting_.decide(side, last_ping, book_);
    lanes_[index(side)].decided_to = last_ping;
  }
}

void FusionState::count_misses() {
  for (const Side side : kSides) {
    if (const auto to = std::exchange(lanes_[index(side)].decided_to, std::nullopt)) count_misses(side, *to);
  }
}

void FusionState::write(Store::Change& change) {
  count_misses();
  book_.write(change);
}

void FusionState::forget_changes() {
  count_misses();
  book_.forget_changes();
}

/// Of all contacts that what happened up to `last_ping` may have changed: those that were seen or moved, and
/// those that a stretch has passed since.
void FusionState::count_misses(Side side, std::uint64_t last_ping) {
  const auto& stretches = coverage_.stretches();
  const std::size_t open = coverage_.open_stretch(side).value_or(stretches.size());
  std::size_t& next = lanes_[index(side)].next_stretch;
  ContactBook::Found changed = book_.take_uncounted();
  std::size_t number = next;
  for (; number < stretches.size(); ++number) {
    const Stretch& stretch = stretches[number];
    if (stretch.side != side || !stretch.good) continue;
    if (stretch.last_ping > last_ping || (number == open && last_ping != kAllPings)) break;
    const auto [middle, radius] = coverage_.surroundings(stretch);
    for (const BookedContact* booked : book_.near(middle, radius)) {
      const Contact& contact = booked->contact;
      const bool may_miss = !booked->seen_in(stretch.pass) &&
                            coverage_.reaches(number, contact.position, contact.position_error_m());
      if (may_miss) changed.push_back(booked);
    }
  }
  next = std::min(number, open);  // What may still grow is looked at again.
  std::ranges::sort(changed, {}, &BookedContact::id);
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  for (const BookedContact* contact : changed) count_misses(*contact, last_ping);
}

void FusionState::count_misses(const BookedContact& booked, std::uint64_t last_ping) {
  const Contact& contact = booked.contact;
  if (!contact.has_position()) return;
  std::uint32_t misses = 0;
  for (const std::uint32_t pass :
       coverage_.passes_over(contact.position, contact.position_error_m(), last_ping)) {
    misses += booked.seen_in(pass) ? 0 : 1;
  }
  const double by_one = std::log1p(-static_cast<double>(settings_.resighting.pd_good));
  book_.set_misses(booked, {misses, static_cast<float>(misses * by_one)});
}

void FusionState::settle() {
  if (!book_.is_full()) return;
  std::unordered_set<std::uint64_t> held;
  for (const Side side : kSides) {
    const auto& undecided = resighting_.undecided(side);
    held.insert(undecided.begin(), undecided.end());
    lanes_[index(side)].looks.open_looks(held);
  }
  book_.settle(held);
}

void FusionState::finish() {
  for (const Side side : kSides) end_track(side);
  for (Lane& lane : lanes_) add_waiting(lane);
  decide_due();
  decide(kAllPings);
  count_misses();
}

}  // namespace towfish
