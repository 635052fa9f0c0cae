#pragma once

#include <chrono>
#include <cstdint>

#include "pipeline/sonar/ping.hpp"

namespace towfish {

struct CalendarTime {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;  ///< 60 in a leap second.
  std::int64_t nanosecond = 0;
};

/// Nanoseconds since 1970-01-01 UTC; kUnknownTime where the fields are no time of the years 1970 to 2200.
inline std::int64_t utc_ns(const CalendarTime& t) noexcept {
  using namespace std::chrono;
  const year_month_day date{year{t.year}, month{t.month}, day{t.day}};
  if (!date.ok() || t.year < 1970 || t.year > 2200 || t.hour > 23 || t.minute > 59 || t.second > 60 ||
      t.nanosecond < 0 || t.nanosecond >= 1'000'000'000) {
    return kUnknownTime;
  }
  const auto whole = sys_days{date} + hours{t.hour} + minutes{t.minute} + seconds{t.second};
  return duration_cast<nanoseconds>(whole.time_since_epoch()).count() + t.nanosecond;
}

/// The same from seconds since 1970; 0 is "not set".
inline std::int64_t utc_ns_from_epoch(std::int64_t seconds, std::int64_t nanosecond = 0) noexcept {
  constexpr std::int64_t kYear2200 = 7258118400;
  if (seconds <= 0 || seconds >= kYear2200) return kUnknownTime;
  return seconds * 1'000'000'000 + nanosecond;
}

}  // namespace towfish
