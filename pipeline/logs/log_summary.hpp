#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "pipeline/logs/log.hpp"

namespace towfish {

/// What a log holds, counted in one pass over its headers. NaN, or nullopt, where it does not tell.
struct LogSummary {
  std::uint64_t pings = 0;
  std::array<std::uint64_t, 2> side_pings{};  ///< Pings in which the side is there.
  std::array<std::uint32_t, 2> least_samples{};
  std::array<std::uint32_t, 2> most_samples{};
  float least_range_m = kUnknown;
  float most_range_m = kUnknown;
  float frequency_khz = 0;
  std::int64_t first_time_ns = kUnknownTime;
  std::int64_t last_time_ns = kUnknownTime;
  double distance_m = 0;       ///< Along the path of the positions.
  double area_m2 = 0;          ///< Distance times the swath of both sides; overlaps count again.
  double mean_speed_mps = 0;   ///< NaN where never known.
  double mean_interval_s = 0;  ///< NaN where never known.
  double mean_altitude_m = 0;  ///< NaN where never known.
  /// Mean of course minus heading, -180 to 180: crab, and magnetic declination where the compass was not
  /// corrected. NaN where not known.
  double course_minus_heading_deg = 0;
  std::array<double, 4> bounds_deg{};  ///< South, west, north, east; NaN where there is no position.
  std::array<std::uint64_t, kPositionFromCount> positions_from{};  ///< Pings, by PositionFrom.
};

/// Reads the log from its present place to its end. `each` is called after every ping; false ends early.
[[nodiscard]] LogSummary summarise(
    Log& log, const std::function<bool()>& each = [] { return true; });

[[nodiscard]] const char* name(PositionFrom from) noexcept;

/// 2013-09-10T21:13:08.000Z; empty for kUnknownTime.
[[nodiscard]] std::string iso_time(std::int64_t time_utc_ns);

/// Nanoseconds since 1970 of "2013-09-10T21:13:08.5Z", T and Z optional, seconds optional; nullopt for
/// anything else.
[[nodiscard]] std::optional<std::int64_t> parse_iso_time(const std::string& text);

}  // namespace towfish
