#pragma once

#include <cstdint>
#include <string>

#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// The line a run prints every second: frames, rate, p50/p99 total, late, refused, contacts, restarts.
class StatusLine {
 public:
  explicit StatusLine(const shm::Session& session);

  /// As of now; the rate is over the time since the last call.
  [[nodiscard]] std::string text(std::int64_t now_ns, std::uint64_t restarts);

 private:
  const shm::Session& session_;
  std::int64_t started_ns_;
  std::int64_t last_ns_;
  std::uint64_t last_pairs_ = 0;
};

}  // namespace towfish::process
