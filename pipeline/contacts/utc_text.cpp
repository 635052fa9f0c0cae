#include "pipeline/contacts/utc_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "pipeline/sonar/ping.hpp"

namespace towfish {

using namespace std::chrono;

std::string utc_text(std::int64_t time_utc_ns) {
  if (time_utc_ns == kUnknownTime) return {};
  const auto since_epoch = floor<milliseconds>(nanoseconds(time_utc_ns));
  const auto day = floor<days>(since_epoch);
  const year_month_day date{sys_days(day)};
  const hh_mm_ss time{since_epoch - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

std::int64_t parse_utc(const std::string& text) {
  int year = 0, hour = 0, minute = 0, second = 0, milli = 0;
  unsigned month = 0, day = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%3dZ", &year, &month, &day, &hour, &minute, &second,
                  &milli) != 7) {
    return kUnknownTime;
  }
  const year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return kUnknownTime;
  const nanoseconds time = sys_days(date).time_since_epoch() + hours(hour) + minutes(minute) +
                           seconds(second) + milliseconds(milli);
  return time.count();
}

}  // namespace towfish
