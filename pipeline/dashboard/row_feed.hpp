#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "pipeline/dashboard/site.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::dashboard {

/// The rows of both sides as binary messages for one page, in order, some left out when it is slow.
///
/// A message: u32 1, u32 rows, f64 wall clock in ms since 1970 when it was made; then for each row u32 side,
/// u32 columns, f64 ping, f64 time (ms since 1970), f64 latitude, f64 longitude (degrees), f32 heading (deg),
/// f32 altitude, f32 first edge, f32 column (metres), f32 samples a column, f32 age (ms since the frame was
/// published), and `columns` pixels filled up to a multiple of 8 bytes. Little-endian; unknown values are
/// NaN. Threads: one thread.
class RowFeed {
 public:
  static constexpr std::uint64_t kHistory = 2048;     ///< Rows a side that a new page gets.
  static constexpr std::uint64_t kMostBehind = 1024;  ///< Rows beyond which it is too slow and skips ...
  static constexpr std::uint64_t kSkipTo = 128;       ///< ... to the newest so many.
  static constexpr std::uint64_t kMostRows = 256;     ///< A side, in a message.

  explicit RowFeed(const shm::Session& session);

  /// Everything new up to kMostRows a side; empty when there is nothing.
  std::optional<Message> next();

  [[nodiscard]] std::uint64_t skipped() const noexcept { return skipped_; }

 private:
  const shm::Session& session_;
  std::array<std::uint64_t, 2> next_;
  std::array<std::uint64_t, 2> history_end_;  ///< Rows before this are the past and may be sent late.
  std::uint64_t skipped_ = 0;
};

}  // namespace towfish::dashboard
