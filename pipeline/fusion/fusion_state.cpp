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
      lanes_{Lane{LookBuilder(settings.looks)}, Lane{LookBuilder(settings.looks)}} {}

void FusionState::begin_frame(std::uint64_t sequence, Side side, const FrameReport& report) {
  Lane& lane = lanes_[index(side)];
  lane.newest_ping = std::max(lane.newest_ping, report.last.number);
  lane.sample_spacing_m = report.frame.geometry.sample_spacing_m;
  // Both sides of a pair carry the same pings; late frames would look like jumps back.
  if (newest_sequence_ && sequence < *newest_sequence_) return;
  if (newest_sequence_ != sequence) {
    newest_sequence_ = sequence;
    navigation_.begin_frame(report);
    passes_.extend(report.first.number, navigation_.first(), navigation_.broken());
  }
  coverage_.take(sequence, side, report, passes_.of(report.first.number), navigation_.first(),
                 navigation_.last());
}

void FusionState::take(std::uint64_t sequence, Side side, const FrameReportView& view) {
  Lane& lane = lanes_[index(side)];
  ++counts_.frames;
  if ((view.report.flags & FrameReport::kEnd) == 0) begin_frame(sequence, side, view.report);
  const std::size_t count = std::min(view.detections.size(), Store::kMaxDetections);
  for (std::size_t i = 0; i < count; ++i) {
    const Detection& detection = view.detections[i];
    ++counts_.detections;
    if (consistent(detection, side, lane.newest_ping)) {
      add(detection, Store::detection_key(sequence, side, i), lane);
    } else {
      ++counts_.invalid_detections;
    }
  }
  const auto settle = static_cast<std::uint64_t>(settings_.looks.settle_pings);
  if (lane.newest_ping >= lane.next_decision + settle) {
    decide(side, lane.newest_ping - settle);
    lane.next_decision =
        lane.newest_ping + static_cast<std::uint64_t>(settings_.resighting.decide_pings) - settle;
  }
}

void FusionState::add(const Detection& detection, std::uint64_t key, Lane& lane) {
  const Fix fix = navigation_.at(detection.at);
  PlacedDetection placed;
  placed.detection = detection;
  placed.key = key;
  placed.pass = passes_.of(detection.ping);
  placed.placement = place(detection, fix, settings_.placement);
  placed.heading_deg = fix.heading_deg;
  placed.sample_spacing_m = lane.sample_spacing_m;
  const LookBuilder::Growth growth = lane.looks.add(placed, next_look_);
  for (const std::uint64_t absorbed : growth.absorbed) book_.remove(absorbed);
  if (growth.is_new) {
    ++counts_.looks;
    book_.add(growth.look);
    resighting_.begin(growth.look);
  } else {
    book_.update(growth.look);
  }
}

void FusionState::decide(Side side, std::uint64_t last_ping) {
  counts_.resightings += resighting_.decide(side, last_ping, book_);
  lanes_[index(side)].decided_to = last_ping;
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
  for (const Side side : kSides) decide(side, kAllPings);
  count_misses();
}

}  // namespace towfish
