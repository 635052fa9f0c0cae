#include "pipeline/logs/log_summary.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numbers>

#include "pipeline/logs/time_stamp.hpp"
#include "pipeline/sonar/geometry.hpp"

namespace towfish {
namespace {

/// A mean that skips what is not known.
struct Mean {
  double sum = 0;
  std::uint64_t count = 0;
  void add(double value) {
    if (!std::isfinite(value)) return;
    sum += value;
    ++count;
  }
  [[nodiscard]] double value() const {
    return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
  }
};

class Summing {
 public:
  void add(const PingPair& pair, PositionFrom from) {
    ++summary_.pings;
    ++summary_.positions_from[static_cast<std::size_t>(from)];
    add_sides(pair);
    add_time(pair.ping);
    add_path(pair);
    speed_.add(pair.ping.speed_mps);
    interval_.add(pair.ping.interval_s);
    altitude_.add(pair.ping.altitude_m);
    const double crab = (pair.ping.course_deg - pair.ping.heading_deg) * std::numbers::pi / 180;
    crab_sine_.add(std::sin(crab));
    crab_cosine_.add(std::cos(crab));
  }

  LogSummary summary() {
    summary_.mean_speed_mps = speed_.value();
    summary_.mean_interval_s = interval_.value();
    summary_.mean_altitude_m = altitude_.value();
    summary_.course_minus_heading_deg =
        std::atan2(crab_sine_.value(), crab_cosine_.value()) * 180 / std::numbers::pi;
    if (!last_) summary_.bounds_deg.fill(kUnknownDegrees);
    return summary_;
  }

 private:
  void add_sides(const PingPair& pair) {
    for (const Side side : kSides) {
      const TraceGeometry& geometry = pair.geometry[index(side)];
      if (geometry.samples == 0) continue;
      auto& least = summary_.least_samples[index(side)];
      auto& most = summary_.most_samples[index(side)];
      least = summary_.side_pings[index(side)] == 0 ? geometry.samples : std::min(least, geometry.samples);
      most = std::max(most, geometry.samples);
      ++summary_.side_pings[index(side)];
      summary_.least_range_m = std::fmin(summary_.least_range_m, geometry.range_m());
      summary_.most_range_m = std::fmax(summary_.most_range_m, geometry.range_m());
      summary_.frequency_khz = geometry.frequency_khz;
    }
  }

  void add_time(const Ping& ping) {
    if (ping.time_utc_ns == kUnknownTime) return;
    auto& first = summary_.first_time_ns;
    first = first == kUnknownTime ? ping.time_utc_ns : std::min(first, ping.time_utc_ns);
    summary_.last_time_ns = std::max(summary_.last_time_ns, ping.time_utc_ns);
  }

  void add_path(const PingPair& pair) {
    if (!pair.ping.has_position()) return;
    const Position here{pair.ping.latitude_deg, pair.ping.longitude_deg};
    auto& [south, west, north, east] = summary_.bounds_deg;
    if (!last_) {
      south = north = here.latitude_deg;
      west = east = here.longitude_deg;
    } else {
      const double moved_m = distance_m(*last_, here);
      summary_.distance_m += moved_m;
      double swath_m = 0;
      for (const TraceGeometry& side : pair.geometry) swath_m += side.samples > 0 ? side.range_m() : 0;
      summary_.area_m2 += moved_m * swath_m;
    }
    south = std::min(south, here.latitude_deg);
    north = std::max(north, here.latitude_deg);
    west = std::min(west, here.longitude_deg);
    east = std::max(east, here.longitude_deg);
    last_ = here;
  }

  LogSummary summary_;
  std::optional<Position> last_;
  Mean speed_;
  Mean interval_;
  Mean altitude_;
  Mean crab_sine_;
  Mean crab_cosine_;
};

}  // namespace

LogSummary summarise(Log& log, const std::function<bool()>& each) {
  Summing summing;
  while (const PingPair* pair = log.next()) {
    summing.add(*pair, log.position_from());
    if (!each()) break;
  }
  return summing.summary();
}

const char* name(PositionFrom from) noexcept {
  switch (from) {
    case PositionFrom::nowhere:
      return "no position";
    case PositionFrom::sensor:
      return "sensor position of each ping";
    case PositionFrom::ship:
      return "ship position of each ping, no layback";
    case PositionFrom::ship_with_layback:
      return "ship position of each ping, less layback";
    case PositionFrom::navigation_packets:
      return "navigation packets";
    case PositionFrom::pings_around:
      return "none of its own, between pings that have one";
  }
  return "";
}

std::string iso_time(std::int64_t time_utc_ns) {
  using namespace std::chrono;
  if (time_utc_ns == kUnknownTime) return {};
  const sys_time<milliseconds> time{floor<milliseconds>(nanoseconds(time_utc_ns))};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::optional<std::int64_t> parse_iso_time(const std::string& text) {
  CalendarTime t;
  double second = 0;
  char separator = 0;
  int used = 0;
  const int fields = std::sscanf(text.c_str(), "%4d-%2u-%2u%c%2u:%2u%n:%lf%n", &t.year, &t.month, &t.day,
                                 &separator, &t.hour, &t.minute, &used, &second, &used);
  const std::string rest = text.substr(std::min(text.size(), static_cast<std::size_t>(used)));
  const bool whole = fields >= 6 && (separator == 'T' || separator == ' ') && (rest.empty() || rest == "Z");
  if (!whole || !(second >= 0 && second < 61)) return std::nullopt;
  t.second = static_cast<unsigned>(second);
  t.nanosecond = std::llround((second - t.second) * 1e9);
  const std::int64_t time = utc_ns(t);
  return time == kUnknownTime ? std::nullopt : std::optional(time);
}

}  // namespace towfish
