#include "pipeline/fusion/navigation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace towfish {

namespace {

constexpr double kSlackM = 20;  ///< A worse position than this is needed to speak of a jump.
constexpr std::int64_t kMinuteNs = 60'000'000'000;
constexpr std::int64_t kPauseNs = 10'000'000'000;  ///< After a longer one it may be another log.
constexpr std::uint64_t kManyPings = 100'000;      ///< Where more are missing it is another log.

bool valid(const Ping& ping) noexcept {
  return ping.has_position() && std::abs(ping.latitude_deg) <= 90 && std::abs(ping.longitude_deg) <= 180 &&
         (ping.latitude_deg != 0 || ping.longitude_deg != 0);
}

Position position_of(const Ping& ping) noexcept {
  return {ping.latitude_deg, ping.longitude_deg};
}

/// Seconds between two pings: by their times if these run forward, else by count and interval; NaN if
/// unknown.
double seconds_between(const Ping& from, const Ping& to) noexcept {
  if (from.time_utc_ns != kUnknownTime && to.time_utc_ns != kUnknownTime &&
      to.time_utc_ns > from.time_utc_ns) {
    return (static_cast<double>(to.time_utc_ns) - static_cast<double>(from.time_utc_ns)) * 1e-9;
  }
  const double pings = std::abs(static_cast<double>(to.number) - static_cast<double>(from.number));
  return pings * static_cast<double>(to.interval_s);
}

}  // namespace

bool Navigation::reachable(const Ping& from, const Ping& to) const {
  const double metres = LocalPlane(position_of(from)).distance_m(position_of(to));
  if (metres <= kSlackM) return true;
  const double seconds = seconds_between(from, to);
  return !std::isfinite(seconds) || metres <= kSlackM + settings_.max_speed_mps * seconds;
}

Fix Navigation::corrected(const Ping& ping, double extra_sigma_m) const {
  Fix fix;
  const double heading = std::isfinite(ping.heading_deg)
                             ? ping.heading_deg + settings_.declination_deg + settings_.heading_offset_deg
                             : static_cast<double>(ping.course_deg);
  if (std::isfinite(heading)) fix.heading_deg = std::remainder(heading, 360.0);
  if (!valid(ping)) return fix;
  fix.position = position_of(ping);
  fix.sigma_m = std::hypot(static_cast<double>(settings_.navigation_sigma_m), extra_sigma_m);
  const bool has_arm = settings_.forward_m != 0 || settings_.starboard_m != 0 || settings_.layback_m != 0;
  if (!has_arm) return fix;
  if (!std::isfinite(heading)) return {};
  fix.position = destination(fix.position, heading, settings_.forward_m);
  fix.position = destination(fix.position, heading + 90, settings_.starboard_m);
  const double course = std::isfinite(ping.course_deg) ? static_cast<double>(ping.course_deg) : heading;
  fix.position = destination(fix.position, course, -static_cast<double>(settings_.layback_m));
  return fix;
}

/// Whether a ping lies well behind another, as that one was heading.
bool Navigation::went_back(const Ping& from, const Ping& to) const {
  const Fix fix = corrected(from, 0);
  if (!std::isfinite(fix.heading_deg)) return false;
  const auto offset = LocalPlane(position_of(from)).to_local(position_of(to));
  const double heading = fix.heading_deg * std::numbers::pi / 180;
  return offset.east_m * std::sin(heading) + offset.north_m * std::cos(heading) < -kSlackM;
}

void Navigation::take(const TrackStep& step) {
  Ping first = step.first;
  Ping last = step.last;
  broken_ = !stretches_.empty() && first.number > stretches_.back().last_ping + kManyPings;
  const bool agree = valid(first) && valid(last) && reachable(first, last);
  check_positions(first, last, agree);
  check_clock(step);
  const double extra_sigma_m = check_repetition(step, agree);
  if (stretches_.size() == kRemembered) stretches_.pop_front();
  const Fix first_fix = corrected(first, extra_sigma_m);
  const Fix last_fix = corrected(last, extra_sigma_m);
  const LocalPlane around_first(first_fix.position);
  stretches_.push_back({first.number, last.number, first_fix, last_fix, agree, extra_sigma_m, around_first,
                        agree ? around_first.to_local(last_fix.position) : LocalPlane::Point{}});
  if (valid(last)) previous_ = last;
}

void Navigation::check_positions(Ping& first, Ping& last, bool agree) {
  if (!previous_ || !valid(first)) return;
  const bool follows = reachable(*previous_, first);
  if (valid(last) && !agree) {
    // One end is wrong: keep the one that follows from the step before.
    (follows ? last : first).latitude_deg = kUnknownDegrees;
    ++faults_.jumps;
  } else if (!follows) {
    ++faults_.jumps;
    broken_ = true;
  } else if (went_back(*previous_, first)) {
    broken_ = true;  // To another beginning of the line, without a fault.
  }
}

void Navigation::check_clock(const TrackStep& step) {
  const std::int64_t time = step.first.time_utc_ns;
  if (time == kUnknownTime) return;
  if (previous_time_ns_ != kUnknownTime) {
    const bool backwards = time < previous_time_ns_;
    // Halved: times may be absurd, and their difference must not overflow.
    const bool far = !backwards && time / 2 - previous_time_ns_ / 2 > kMinuteNs / 2;
    if (backwards || far) ++faults_.clock_jumps;
    const bool paused = !backwards && time / 2 - previous_time_ns_ / 2 > kPauseNs / 2;
    broken_ = broken_ || paused;
  }
  previous_time_ns_ = std::max(time, step.last.time_utc_ns);
}

double Navigation::check_repetition(const TrackStep& step, bool agree) {
  const double by_speed = static_cast<double>(step.last.speed_mps) * step.last.interval_s;
  if (!agree || step.last.number <= step.first.number) return 0;
  const auto pings = static_cast<double>(step.last.number - step.first.number);
  const double moved = LocalPlane(position_of(step.first)).distance_m(position_of(step.last));
  const double expected = by_speed > 0 ? by_speed * pings : 0;
  if (moved == 0 && expected > 0.1) {
    ++faults_.repeated;
    return expected / std::sqrt(3.0);  // Anywhere within the stretch that is not recorded.
  }
  return 0;
}

const Navigation::Stretch* Navigation::stretch_of(std::uint64_t ping) const noexcept {
  const auto found = std::ranges::find_if(
      stretches_.rbegin(), stretches_.rend(),
      [&](const Stretch& stretch) { return ping >= stretch.first_ping && ping <= stretch.last_ping; });
  return found == stretches_.rend() ? nullptr : &*found;
}

std::pair<Fix, Fix> Navigation::ends(const TrackStep& step) const {
  const auto fix_at = [&](const Ping& ping) {
    const Stretch* stretch = stretch_of(ping.number);
    if (stretch != nullptr && stretch->first_ping == ping.number) return stretch->first;
    if (stretch != nullptr && stretch->last_ping == ping.number) return stretch->last;
    return corrected(ping, stretch != nullptr ? stretch->extra_sigma_m : 0);
  };
  return {fix_at(step.first), fix_at(step.last)};
}

Fix Navigation::at(const Ping& ping) {
  const Stretch* stretch = stretch_of(ping.number);
  const Fix own = corrected(ping, stretch != nullptr ? stretch->extra_sigma_m : 0);
  Fix between;
  double off_m = 0;  // From where the step's ends say.
  if (stretch != nullptr && stretch->agree && stretch->last_ping > stretch->first_ping) {
    const double share = static_cast<double>(ping.number - stretch->first_ping) /
                         static_cast<double>(stretch->last_ping - stretch->first_ping);
    const LocalPlane& plane = stretch->around_first;
    const auto end = stretch->to_last;
    const auto here = plane.to_local(own.position);
    off_m = std::hypot(here.east_m - end.east_m * share, here.north_m - end.north_m * share);
    between = stretch->first;
    between.position = plane.to_position({end.east_m * share, end.north_m * share});
    between.heading_deg += std::remainder(stretch->last.heading_deg - between.heading_deg, 360.0) * share;
    if (std::isfinite(own.heading_deg)) between.heading_deg = own.heading_deg;
  }
  const bool own_position = std::isfinite(own.position.latitude_deg);
  const bool agrees = !between.complete() || (own_position && off_m <= kSlackM);
  if (own.complete() && agrees) return own;
  ++(between.complete() ? faults_.interpolated : faults_.missing);
  return between.complete() ? between : Fix{};
}

}  // namespace towfish
