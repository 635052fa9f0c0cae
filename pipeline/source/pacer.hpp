#pragma once

#include <cstdint>

#include "pipeline/sonar/ping.hpp"

namespace towfish::source {

/// When each ping is due: the schedule of a live sonar or of a replay. A function of the pings' own times, so
/// that one late ping never makes the next one late. Times in nanoseconds.
class Pacer {
 public:
  static constexpr double kUnpaced = 0;  ///< "max": a ping is due as soon as it is wanted.

  /// `speed` 1 is real time. Gaps between pings longer than `max_gap_ns` (before division by speed) are cut
  /// to it.
  Pacer(double speed, std::int64_t max_gap_ns) noexcept : speed_(speed), max_gap_ns_(max_gap_ns) {}

  /// Goes on behind a ping that was due at `due_ns` and transmitted at `time_utc_ns` (kUnknownTime: not
  /// known).
  void resume(std::int64_t due_ns, std::int64_t time_utc_ns) noexcept {
    last_due_ns_ = due_ns;
    last_time_ns_ = time_utc_ns;
  }

  /// When `ping` is due on the clock that reads `now_ns`. The first ping is due now. Time that runs backwards
  /// counts as no time; a ping without a time follows by its interval.
  [[nodiscard]] std::int64_t due(const Ping& ping, std::int64_t now_ns) noexcept;

 private:
  [[nodiscard]] std::int64_t gap_ns(const Ping& ping) const noexcept;

  double speed_;
  std::int64_t max_gap_ns_;
  std::int64_t last_due_ns_ = 0;
  std::int64_t last_time_ns_ = kUnknownTime;
};

}  // namespace towfish::source
