#include "pipeline/logs/navigation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "pipeline/sonar/geometry.hpp"

namespace towfish {
namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr std::uint64_t kFineReach = 8;
constexpr double kMinCourseBaseline_m = 1;
constexpr double kGoodBaseline_m = 10;
constexpr float kMaxSpeed_mps = 30;

double between(double from, double to, double share) {
  return from + (to - from) * share;
}

/// The short way round, in the range of `from`'s circle.
double between_angles(double from, double to, double share) {
  return from + std::remainder(to - from, 360.0) * share;
}

double longitude_between(double from, double to, double share) {
  return share == 0 ? from : std::remainder(between_angles(from, to, share), 360.0);
}

struct Displacement {
  double metres;
  double bearing_deg;
};

/// On the tangent plane; formats.md of the project's notes names the radii: M and N of WGS 84.
Displacement displacement(const Ping& from, const Ping& to) {
  constexpr double kA = 6378137;
  constexpr double kE2 = 0.00669437999014;
  const double latitude = (from.latitude_deg + to.latitude_deg) / 2 * kRadians;
  const double w2 = 1 - kE2 * std::sin(latitude) * std::sin(latitude);
  const double n = kA / std::sqrt(w2);
  const double north = (to.latitude_deg - from.latitude_deg) * kRadians * n * (1 - kE2) / w2;
  const double east =
      std::remainder(to.longitude_deg - from.longitude_deg, 360.0) * kRadians * n * std::cos(latitude);
  return {std::hypot(east, north), std::fmod(std::atan2(east, north) / kRadians + 360, 360)};
}

/// The two neighbours in time of a ping among values that came between pings.
template <class Value>
struct Bracket {
  const Value* before = nullptr;
  const Value* after = nullptr;
  std::int64_t before_ns = 0;
  std::int64_t after_ns = 0;

  void offer(const Value& value, std::int64_t value_ns, std::int64_t wanted_ns) {
    if (value_ns <= wanted_ns && (before == nullptr || value_ns >= before_ns)) {
      before = &value;
      before_ns = value_ns;
    }
    if (value_ns >= wanted_ns && (after == nullptr || value_ns < after_ns)) {
      after = &value;
      after_ns = value_ns;
    }
  }
  [[nodiscard]] bool complete() const { return before != nullptr && after != nullptr; }
  [[nodiscard]] double share(std::int64_t wanted_ns) const {
    return after_ns == before_ns
               ? 0
               : static_cast<double>(wanted_ns - before_ns) / static_cast<double>(after_ns - before_ns);
  }
};

}  // namespace

NavigationWindow::NavigationWindow() : ring_(2 * kReach + 2) {}

void NavigationWindow::restart(std::uint64_t number) noexcept {
  restarted_ = end_ = number;
  last_ = {};
}

void NavigationWindow::push(const RecordedPing& ping) {
  ring_[end_ % ring_.size()] = ping;
  ++end_;
  if (ping.fix) last_.fix = end_;
  if (ping.attitude) last_.attitude = end_;
  if (ping.measured.any()) last_.measured = end_;
}

Ping NavigationWindow::resolve(std::uint64_t number, PositionFrom& from) const {
  Ping ping = at(number).ping;
  ping.number = number;
  resolve_interval(number, ping);
  resolve_position(number, ping);
  from = at(number).from;
  if (from == PositionFrom::nowhere && ping.has_position()) from = PositionFrom::pings_around;
  if (!ping.has_position()) {
    resolve_fix(number, ping);
    if (ping.has_position()) from = PositionFrom::navigation_packets;
  }
  resolve_attitude(number, ping);
  resolve_measured(number, ping);
  resolve_motion(number, ping);
  if (at(number).layback_m != 0) apply_layback(at(number).layback_m, ping);
  return ping;
}

NavigationWindow::Stretch NavigationWindow::around(std::uint64_t number, std::uint64_t reach) const {
  return {std::max(number > reach ? number - reach : 0, first()), std::min(number + reach, end_ - 1)};
}

bool NavigationWindow::is_knot(std::uint64_t i) const noexcept {
  const Ping& here = at(i).ping;
  if (!here.has_position()) return false;
  if (i == first()) return true;
  const Ping& before = at(i - 1).ping;
  return here.latitude_deg != before.latitude_deg || here.longitude_deg != before.longitude_deg;
}

std::optional<std::uint64_t> NavigationWindow::knot_at_or_before(std::uint64_t i, std::uint64_t stop) const {
  for (;; --i) {
    // The oldest ping of the window is no knot unless the log begins there: what came before it is not known.
    if (i == first() && i != 0) return std::nullopt;
    if (is_knot(i)) return i;
    if (i == stop) return std::nullopt;
  }
}

std::optional<std::uint64_t> NavigationWindow::knot_after(std::uint64_t i, std::uint64_t stop) const {
  while (i++ < stop) {
    if (is_knot(i)) return i;
  }
  return std::nullopt;
}

double NavigationWindow::share(std::uint64_t from, std::uint64_t i, std::uint64_t to) const {
  const std::int64_t a = time(from);
  const std::int64_t b = time(i);
  const std::int64_t c = time(to);
  if (a != kUnknownTime && a <= b && b <= c && a < c) {
    return static_cast<double>(b - a) / static_cast<double>(c - a);
  }
  return static_cast<double>(i - from) / static_cast<double>(to - from);
}

void NavigationWindow::resolve_position(std::uint64_t number, Ping& ping) const {
  const Stretch window = around(number, kReach);
  const auto from = knot_at_or_before(number, window.first);
  const auto to = knot_after(number, window.last);
  if (!from || !to) return;
  const double part = share(*from, number, *to);
  const Ping& a = at(*from).ping;
  const Ping& b = at(*to).ping;
  ping.latitude_deg = between(a.latitude_deg, b.latitude_deg, part);
  ping.longitude_deg = longitude_between(a.longitude_deg, b.longitude_deg, part);
}

void NavigationWindow::resolve_fix(std::uint64_t number, Ping& ping) const {
  const Stretch window = around(number, kReach);
  if (ping.time_utc_ns == kUnknownTime || last_.fix <= window.first) return;
  Bracket<Fix> bracket;
  for (std::uint64_t i = window.first; i <= window.last; ++i) {
    const auto& fix = at(i).fix;
    if (!fix) continue;
    const std::int64_t fixed_ns = fix->time_utc_ns == kUnknownTime ? time(i) : fix->time_utc_ns;
    if (fixed_ns != kUnknownTime) bracket.offer(*fix, fixed_ns, ping.time_utc_ns);
  }
  if (!bracket.complete()) return;
  const double part = bracket.share(ping.time_utc_ns);
  ping.latitude_deg = between(bracket.before->latitude_deg, bracket.after->latitude_deg, part);
  ping.longitude_deg = longitude_between(bracket.before->longitude_deg, bracket.after->longitude_deg, part);
}

void NavigationWindow::resolve_attitude(std::uint64_t number, Ping& ping) const {
  if (ping.time_utc_ns == kUnknownTime) return;
  fill_from_attitudes(number, &Attitude::heading_deg, ping.time_utc_ns, ping.heading_deg);
  fill_from_attitudes(number, &Attitude::pitch_deg, ping.time_utc_ns, ping.pitch_deg);
  fill_from_attitudes(number, &Attitude::roll_deg, ping.time_utc_ns, ping.roll_deg);
  fill_from_attitudes(number, &Attitude::heave_m, ping.time_utc_ns, ping.heave_m);
}

/// Each field by itself: not every packet holds all of them.
void NavigationWindow::fill_from_attitudes(std::uint64_t number, float Attitude::*field,
                                           std::int64_t time_utc_ns, float& value) const {
  const Stretch window = around(number, kReach);
  if (std::isfinite(value) || last_.attitude <= window.first) return;
  Bracket<Attitude> bracket;
  for (std::uint64_t i = window.first; i <= window.last; ++i) {
    const auto& attitude = at(i).attitude;
    if (!attitude || !std::isfinite((*attitude).*field)) continue;
    const std::int64_t ns = attitude->time_utc_ns == kUnknownTime ? time(i) : attitude->time_utc_ns;
    if (ns != kUnknownTime) bracket.offer(*attitude, ns, time_utc_ns);
  }
  if (!bracket.complete()) return;
  const float before = (*bracket.before).*field;
  const float after = (*bracket.after).*field;
  const double part = bracket.share(time_utc_ns);
  if (field == &Attitude::heading_deg) {
    value = static_cast<float>(std::fmod(between_angles(before, after, part) + 360, 360));
  } else {
    value = static_cast<float>(between(before, after, part));
  }
}

void NavigationWindow::resolve_measured(std::uint64_t number, Ping& ping) const {
  const std::uint64_t oldest = around(number, kReach).first;
  if (last_.measured <= oldest) return;
  const auto fill = [&](float Measured::*field, float& value) {
    for (std::uint64_t i = number + 1; !std::isfinite(value) && i-- > oldest;) {
      value = at(i).measured.*field;
    }
  };
  fill(&Measured::depth_m, ping.depth_m);
  fill(&Measured::altitude_m, ping.altitude_m);
  fill(&Measured::speed_mps, ping.speed_mps);
}

/// The pings on either side of the step into `number` that no pause and no jumping clock parts from it.
NavigationWindow::Stretch NavigationWindow::steady(std::uint64_t number, Stretch within,
                                                   std::int64_t longest_step_ns) const {
  const auto goes_on = [&](std::uint64_t i) {
    if (time(i - 1) == kUnknownTime || time(i) == kUnknownTime) return false;
    const std::int64_t step = time(i) - time(i - 1);
    return step >= 0 && step <= longest_step_ns;
  };
  Stretch stretch{number, number};
  while (stretch.first > within.first && goes_on(stretch.first)) --stretch.first;
  while (stretch.last < within.last && goes_on(stretch.last + 1)) ++stretch.last;
  return stretch;
}

/// How long a step between stamps may be before it is a pause: most steps are alike, and stamps too coarse to
/// tell pings apart make many steps zero. 0 where there is no step.
NavigationWindow::Steps NavigationWindow::steps_within(Stretch window) const {
  std::array<std::int64_t, 2 * kReach + 1> steps;
  std::size_t count = 0;
  std::int64_t smallest = 0;
  for (std::uint64_t i = window.first + 1; i <= window.last; ++i) {
    if (time(i) == kUnknownTime || time(i - 1) == kUnknownTime) continue;
    const std::int64_t step = time(i) - time(i - 1);
    if (step < 0) continue;
    if (step > 0 && (smallest == 0 || step < smallest)) smallest = step;
    steps[count++] = step;
  }
  if (count == 0) return {};
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(steps.begin(), middle, steps.begin() + static_cast<std::ptrdiff_t>(count));
  constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max() / 5;
  return {std::min(std::max(*middle, smallest), kLongest) * 5 / 2, *middle == 0};
}

void NavigationWindow::resolve_interval(std::uint64_t number, Ping& ping) const {
  if (number == first()) return;
  std::uint64_t reach = kFineReach;
  Steps steps = steps_within(around(number, reach));
  if (steps.coarse) {
    reach = kReach;
    steps = steps_within(around(number, reach));
  }
  const Stretch stretch = steady(number, around(number, reach), steps.longest_ns);
  if (stretch.first == number) {
    if (time(number) != kUnknownTime && time(number - 1) != kUnknownTime && time(number) > time(number - 1)) {
      ping.interval_s = static_cast<float>(static_cast<double>(time(number) - time(number - 1)) * 1e-9);
    }
    return;
  }
  const double centre = static_cast<double>(stretch.last - stretch.first) / 2;
  double product = 0;
  double squares = 0;
  for (std::uint64_t i = stretch.first; i <= stretch.last; ++i) {
    const double x = static_cast<double>(i - stretch.first) - centre;
    product += x * static_cast<double>(time(i) - time(stretch.first)) * 1e-9;
    squares += x * x;
  }
  if (product > 0) ping.interval_s = static_cast<float>(product / squares);
}

void NavigationWindow::resolve_motion(std::uint64_t number, Ping& ping) const {
  const bool speed_recorded = ping.speed_mps > 0 && ping.speed_mps <= kMaxSpeed_mps;
  if (!speed_recorded) ping.speed_mps = kUnknown;
  for (std::uint64_t reach = kFineReach; reach <= kReach; reach *= 2) {
    const Stretch window = around(number, reach);
    std::optional<std::uint64_t> from = knot_after(window.first, window.last);
    std::optional<std::uint64_t> to = knot_at_or_before(window.last, window.first);
    if (!from || !to || *from >= *to) continue;
    const Displacement moved = displacement(at(*from).ping, at(*to).ping);
    if (moved.metres < kGoodBaseline_m && reach < kReach) continue;
    if (moved.metres >= kMinCourseBaseline_m) ping.course_deg = static_cast<float>(moved.bearing_deg);
    const std::int64_t took =
        time(*from) == kUnknownTime || time(*to) == kUnknownTime ? 0 : time(*to) - time(*from);
    const double speed = took > 0 ? moved.metres / (static_cast<double>(took) * 1e-9) : 0;
    if (!speed_recorded && took > 0 && speed <= kMaxSpeed_mps) ping.speed_mps = static_cast<float>(speed);
    return;
  }
}

void NavigationWindow::apply_layback(float layback_m, Ping& ping) const {
  const float along = std::isfinite(ping.heading_deg) ? ping.heading_deg : ping.course_deg;
  if (!ping.has_position() || !std::isfinite(along)) return;
  const Position sonar = destination({ping.latitude_deg, ping.longitude_deg}, along + 180.0, layback_m);
  ping.latitude_deg = sonar.latitude_deg;
  ping.longitude_deg = sonar.longitude_deg;
}

}  // namespace towfish
