#include "pipeline/source/pacer.hpp"

#include <algorithm>
#include <cmath>

namespace towfish::source {

std::int64_t Pacer::gap_ns(const Ping& ping) const noexcept {
  if (ping.time_utc_ns != kUnknownTime && last_time_ns_ != kUnknownTime) {
    return std::clamp<std::int64_t>(ping.time_utc_ns - last_time_ns_, 0, max_gap_ns_);
  }
  if (!std::isfinite(ping.interval_s)) return 0;
  return std::clamp<std::int64_t>(std::llround(static_cast<double>(ping.interval_s) * 1e9), 0, max_gap_ns_);
}

std::int64_t Pacer::due(const Ping& ping, std::int64_t now_ns) noexcept {
  if (speed_ == kUnpaced || last_due_ns_ == 0) {
    last_due_ns_ = now_ns;
  } else {
    last_due_ns_ += std::llround(static_cast<double>(gap_ns(ping)) / speed_);
  }
  last_time_ns_ = ping.time_utc_ns;
  return last_due_ns_;
}

}  // namespace towfish::source
