#pragma once

#include <cstdint>
#include <string>

#include "pipeline/logs/log.hpp"

namespace towfish {

/// What people say of a log that the log itself leaves open, as they write it: a settings struct, so that it
/// can be handed from process to process. It describes itself as settings.hpp wants it.
struct LogChoices {
  std::string channel;
  std::string port_order = "detect";
  std::string utm_zone;
  double range_m = 0;
  double ping_spacing_m = 0;
  std::int64_t nadir_column = -1;

  template <class Visitor>
  void describe(Visitor& v) {
    v.text("channel", channel,
           "A pair's number or a frequency such as 400kHz; empty: the highest frequency.");
    v.text("port_order", port_order, "How port is stored: detect, far-to-nadir or nadir-to-far.");
    v.text("utm_zone", utm_zone, "Zone of positions in projected metres, such as 19n.");
    v.number("range_m", range_m, "m", 0, 5000, "Range where the log does not tell; 0: assumed.");
    v.number("ping_spacing_m", ping_spacing_m, "m", 0, 100, "Spacing of a picture's rows; 0: square pixels.");
    v.number("nadir_column", nadir_column, "px", -1, 1e6,
             "First column of starboard in pictures; -1: found.");
  }

  /// Throws UsageError where they mean nothing.
  [[nodiscard]] LogOptions options() const;
};

/// A place in a log as people write it.
struct Place {
  std::uint64_t ping = 0;
  std::int64_t time_utc_ns = kUnknownTime;  ///< Unless unknown: the first ping at or after it.

  [[nodiscard]] bool is_time() const noexcept { return time_utc_ns != kUnknownTime; }
};

/// A ping number from "1200", or an ISO 8601 UTC time. UsageError, naming the option, for anything else.
[[nodiscard]] Place read_place(const std::string& text, const std::string& option);

}  // namespace towfish
