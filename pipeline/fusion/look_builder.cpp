#include "pipeline/fusion/look_builder.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {

namespace {

/// Distance between two inclusive ranges in steps: 0 where they touch or overlap.
template <class T>
double gap(T first_a, T last_a, T first_b, T last_b) noexcept {
  if (first_b > last_a) return static_cast<double>(first_b - last_a) - 1;
  if (first_a > last_b) return static_cast<double>(first_a - last_b) - 1;
  return 0;
}

constexpr double kShadowEndM = 0.3;  ///< Where a shadow ends is known no better,
constexpr double kAsideM = 0.4;      ///< and along track where it is.

/// As the vehicle moved at the detection itself, whatever the frame around it. Without navigation: the
/// detection's own length over its pings, or else a guess that only joins what touches.
double ping_spacing(const PlacedDetection& placed) noexcept {
  const double by_speed =
      std::abs(static_cast<double>(placed.detection.at.speed_mps)) * placed.detection.at.interval_s;
  if (by_speed > 0) return by_speed;
  const auto pings = static_cast<double>(placed.detection.last_ping - placed.detection.first_ping + 1);
  const double by_length = placed.detection.length_m / pings;
  return by_length > 0 ? by_length : 1.0;
}

}  // namespace

LookBuilder::Open LookBuilder::begin(const PlacedDetection& placed) const {
  const Detection& d = placed.detection;
  const bool extended = d.contact_class == ContactClass::nombo &&
                        std::fmax(d.length_m, d.width_m) >= settings_.extended_nombo_m;
  Open open{};
  open.box = {d.first_ping,
              d.last_ping,
              d.highlight_first_sample,
              d.highlight_last_sample,
              std::max(d.shadow_last_sample, d.highlight_last_sample),
              extended};
  Look& look = open.look;
  look.extended = extended;
  look.pass = placed.pass;
  look.side = d.side;
  look.contact_class = d.contact_class;
  look.detections = 1;
  look.position = placed.placement.position;
  look.covariance = placed.placement.covariance;
  look.llr = d.llr;
  look.length_m = d.length_m;
  look.width_m = d.width_m;
  look.height_m = d.height_m;
  look.detection = placed.key;
  look.ping = d.ping;
  look.sample = d.sample;
  look.time_utc_ns = d.at.time_utc_ns;
  look.slant_range_m = d.slant_range_m;
  look.ground_range_m = placed.placement.ground_range_m;
  look.altitude_m = std::isfinite(d.altitude_m) ? d.altitude_m : d.at.altitude_m;
  look.heading_deg =
      static_cast<float>(placed.heading_deg < 0 ? placed.heading_deg + 360 : placed.heading_deg);
  look.shadow_length_m = d.shadow_length_m;
  look.frequency_khz = d.frequency_khz;
  open.longest_m = d.length_m;
  open.of_best = look.covariance;
  if (look.has_position()) {
    open.origin = look.position;
    open.weight = extended ? std::fmax(d.length_m, d.width_m) : std::max(d.llr, 0.1F);
  }
  return open;
}

void LookBuilder::join(Open& into, const Open& from) {
  into.box = {std::min(into.box.first_ping, from.box.first_ping),
              std::max(into.box.last_ping, from.box.last_ping),
              std::min(into.box.first_sample, from.box.first_sample),
              std::max(into.box.last_sample, from.box.last_sample),
              std::max(into.box.shadow_last_sample, from.box.shadow_last_sample),
              into.box.extended || from.box.extended};
  if (into.weight == 0) {
    into.origin = from.origin;
    into.weight = from.weight;
    into.east_m = from.east_m;
    into.north_m = from.north_m;
  } else if (from.weight > 0) {
    const auto shift = LocalPlane(into.origin).to_local(from.origin);
    into.east_m += from.east_m + shift.east_m * from.weight;
    into.north_m += from.north_m + shift.north_m * from.weight;
    into.weight += from.weight;
  }
  into.longest_m = std::fmax(into.longest_m, from.longest_m);
  const Look previous = into.look;
  if (from.look.llr > previous.llr) into.look = from.look;
  // Of the best of those whose place is known: it says how well the place of all is.
  const bool better = from.look.llr > previous.llr || !previous.has_position();
  if (better && from.look.has_position()) into.of_best = from.of_best;
  into.look.id = std::min(previous.id, from.look.id);
  into.look.pass = previous.pass;
  into.look.extended = previous.extended || from.look.extended;
  into.look.detections = previous.detections + from.look.detections;
}

void LookBuilder::measure(Open& open, const Spacing& spacing) const {
  Look& look = open.look;
  look.first_ping = open.box.first_ping;
  look.last_ping = open.box.last_ping;
  look.first_sample = open.box.first_sample;
  look.last_sample = open.box.last_sample;
  if (look.detections == 1 && !look.extended) {
    look.extended = std::fmax(look.length_m, look.width_m) >= settings_.extended_m;
  } else {
    const double along = static_cast<double>(look.last_ping - look.first_ping + 1) * spacing.ping_m;
    const double across = static_cast<double>(look.last_sample - look.first_sample + 1) * spacing.sample_m;
    // Boxes of the same object overlap, so their union says more than the longest only when it is clearly
    // longer.
    look.length_m = static_cast<float>(along > 1.5 * open.longest_m ? along : std::fmax(open.longest_m, 0));
    look.extended = look.extended || std::fmax(along, across) >= settings_.extended_m;
    if (look.extended) look.width_m = static_cast<float>(across);
  }
  look.covariance = open.of_best;
  if (look.detections > 1 && open.weight > 0) {
    look.position =
        LocalPlane(open.origin).to_position({open.east_m / open.weight, open.north_m / open.weight});
  }
  if (look.extended) look.contact_class = ContactClass::nombo;
  if (!look.has_position() || (look.detections == 1 && !look.extended)) return;
  // What its middle is depends on how much of it was seen.
  const double middle = std::fmax(look.length_m, look.width_m) / 4.0;
  look.covariance.east2 += middle * middle;
  look.covariance.north2 += middle * middle;
}

bool LookBuilder::touch(const Box& a, const Box& b, const Spacing& spacing) const noexcept {
  const double along = gap(a.first_ping, a.last_ping, b.first_ping, b.last_ping) * spacing.ping_m;
  if (along > settings_.piece_gap_m) return false;
  const double across = gap(a.first_sample, a.last_sample, b.first_sample, b.last_sample) * spacing.sample_m;
  return across <= settings_.piece_gap_m;
}

bool LookBuilder::in_shadow(const Box& front, const Box& back, const Spacing& spacing) const noexcept {
  const double aside = gap(front.first_ping, front.last_ping, back.first_ping, back.last_ping);
  if (aside * spacing.ping_m > kAsideM) return false;
  const double behind = gap(front.first_sample, front.last_sample, back.first_sample, back.last_sample);
  if (back.first_sample < front.last_sample || behind * spacing.sample_m > settings_.in_shadow_m)
    return false;
  const double open = gap(front.first_sample, front.shadow_last_sample, back.first_sample, back.last_sample);
  return open * spacing.sample_m <= kShadowEndM;
}

bool LookBuilder::crowd(const Box& a, const Box& b, const Spacing& spacing, double most_m) noexcept {
  const double along = gap(a.first_ping, a.last_ping, b.first_ping, b.last_ping) * spacing.ping_m;
  if (along > most_m) return false;
  const double across =
      gap(a.first_sample, a.shadow_last_sample, b.first_sample, b.shadow_last_sample) * spacing.sample_m;
  return across <= most_m;
}

bool LookBuilder::joins(const Box& a, const Box& b, const Spacing& spacing) const noexcept {
  if (a.extended && b.extended) return crowd(a, b, spacing, 2 * settings_.crowd_gap_m);
  if (a.extended || b.extended) return crowd(a, b, spacing, settings_.piece_gap_m);
  return touch(a, b, spacing) || in_shadow(a, b, spacing) || in_shadow(b, a, spacing);
}

void LookBuilder::erase(std::size_t number) {
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(number));
  boxes_.erase(boxes_.begin() + static_cast<std::ptrdiff_t>(number));
}

std::vector<std::uint64_t> LookBuilder::absorb_touching(Open& open, const Spacing& spacing) {
  std::vector<std::uint64_t> absorbed;
  for (std::size_t i = 0; i < boxes_.size();) {
    if (!joins(open.box, boxes_[i], spacing)) {
      ++i;
      continue;
    }
    absorbed.push_back(open_[i].look.id);
    join(open, open_[i]);
    erase(i);
    i = 0;  // It is larger now and may touch what it did not.
  }
  return absorbed;
}

std::vector<std::uint64_t> LookBuilder::absorb_crowd(Open& open, const Spacing& spacing) {
  std::vector<std::size_t> members;
  for (std::size_t reached = 0; reached <= members.size(); ++reached) {
    const Box from = reached == 0 ? open.box : boxes_[members[reached - 1]];
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      if (!crowd(from, boxes_[i], spacing, settings_.crowd_gap_m) ||
          std::ranges::find(members, i) != members.end())
        continue;
      members.push_back(i);
    }
  }
  if (members.empty()) return {};
  Open whole = open;
  for (const std::size_t member : members) join(whole, open_[member]);
  const double along = static_cast<double>(whole.box.last_ping - whole.box.first_ping + 1) * spacing.ping_m;
  const double across =
      static_cast<double>(whole.box.last_sample - whole.box.first_sample + 1) * spacing.sample_m;
  const bool many = static_cast<int>(whole.look.detections) >= settings_.crowd_detections;
  if (!many || std::max(along, across) < settings_.extended_m) return {};

  open = whole;
  open.look.extended = true;
  std::ranges::sort(members, std::greater{});
  std::vector<std::uint64_t> absorbed;
  for (const std::size_t member : members) {
    absorbed.push_back(open_[member].look.id);
    erase(member);
  }
  return absorbed;
}

void LookBuilder::forget_settled(std::uint64_t ping) {
  newest_ping_ = std::max(newest_ping_, ping);
  const auto settle = static_cast<std::uint64_t>(settings_.settle_pings);
  const auto settled = [&](const Box& box) { return box.last_ping + settle < newest_ping_; };
  if (std::ranges::none_of(boxes_, settled)) return;
  std::erase_if(open_, [&](const Open& open) { return settled(open.box); });
  std::erase_if(boxes_, settled);
}

LookBuilder::Growth LookBuilder::add(const PlacedDetection& placed, std::uint64_t& next_id) {
  forget_settled(placed.detection.last_ping);
  const Spacing spacing{ping_spacing(placed), placed.sample_spacing_m};
  Open open = begin(placed);
  open.look.id = next_id;
  Growth growth;
  growth.absorbed = absorb_touching(open, spacing);
  const auto crowd_ids = absorb_crowd(open, spacing);
  growth.absorbed.insert(growth.absorbed.end(), crowd_ids.begin(), crowd_ids.end());
  growth.is_new = growth.absorbed.empty();
  if (growth.is_new) next_id += 2;
  std::erase(growth.absorbed, open.look.id);  // The oldest of them lives on as this one.
  measure(open, spacing);
  open.box.extended = open.look.extended;
  growth.look = open.look;
  boxes_.push_back(open.box);
  open_.push_back(std::move(open));
  return growth;
}

}  // namespace towfish
