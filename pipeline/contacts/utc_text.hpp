#pragma once

#include <cstdint>
#include <string>

namespace towfish {

/// ISO 8601 with milliseconds and Z, such as 2013-07-25T14:03:09.250Z, from nanoseconds since 1970-01-01 UTC.
/// Empty for kUnknownTime.
std::string utc_text(std::int64_t time_utc_ns);

/// The inverse, to the millisecond; kUnknownTime for an empty or malformed text.
std::int64_t parse_utc(const std::string& text);

}  // namespace towfish
