#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/sonar/ping.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish {

/// A ping of both sides, without its samples.
struct PingPair {
  Ping ping;
  std::array<TraceGeometry, 2>
      geometry;  ///< By index(side). samples == 0: that side is missing in this ping.
};

/// Something wrong that was met and survived while reading, counted by kind.
struct Fault {
  std::string kind;  ///< Short noun with underscores, such as "truncated_tail".
  std::uint64_t count = 0;
  std::uint64_t first_at = 0;  ///< Byte offset in the file, or ping number where there is no file.
};

/// Where pings come from: a simulated sonar, a recorded log, pictures. Code behind it cannot tell which.
///
/// A pull in two steps, so that samples go straight into the place where they are wanted:
///   while (const PingPair* pair = source.next()) { ...; source.read_trace(Side::port, row); ... }
/// Malformed input never throws here: it is skipped or mended and counted in faults().
/// Threads: one thread.
class PingSource {
 public:
  PingSource() = default;
  PingSource(const PingSource&) = delete;
  PingSource& operator=(const PingSource&) = delete;
  virtual ~PingSource() = default;

  /// Advances to the next ping; nullptr when there is none left. Valid until the next call of next() or
  /// seek().
  [[nodiscard]] virtual const PingPair* next() = 0;

  /// Writes the current ping's trace of `side`, nadir first. `out` holds geometry[side].samples elements.
  virtual void read_trace(Side side, std::span<std::uint16_t> out) = 0;

  /// Makes next() return the first ping whose number is at least this, or, past the end, nullptr.
  virtual void seek(std::uint64_t number) = 0;

  /// How many pings there are in all, if that is known without reading them; for progress only.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const { return std::nullopt; }

  /// Everything met so far that was wrong, one entry a kind.
  [[nodiscard]] virtual std::vector<Fault> faults() const { return {}; }
};

}  // namespace towfish
