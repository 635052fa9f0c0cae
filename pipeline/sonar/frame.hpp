#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "pipeline/sonar/ping.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish {

/// What stands at the start of every frame: a wire struct.
///
/// Behind it follow `pings` structs Ping and then `pings` rows of geometry.samples 16-bit samples, nadir
/// first. Times are nanoseconds of CLOCK_MONOTONIC. All pings of a frame share one geometry.
struct FrameHeader {
  std::uint64_t sequence =
      0;  ///< Shared by the port and the starboard frame of a pair; a gap means lost pairs.
  std::int64_t first_due_ns = 0;  ///< When the first ping was due.
  std::int64_t last_due_ns = 0;   ///< When the last ping was due: from here on latency counts.
  std::int64_t published_ns = 0;  ///< When the source published the frame.
  TraceGeometry geometry;
  std::uint32_t pings = 0;
  std::uint32_t side = 0;  ///< index(Side)
  std::uint32_t reserved = 0;
};
static_assert(std::is_trivially_copyable_v<FrameHeader> && sizeof(FrameHeader) == 64);
static_assert(offsetof(FrameHeader, geometry) == 32 && offsetof(FrameHeader, pings) == 52);

/// A frame to be read in place: consecutive pings of one side. Owns nothing.
struct FrameView {
  FrameHeader header;
  std::span<const Ping> pings;             ///< header.pings of them.
  std::span<const std::uint16_t> samples;  ///< Row-major, header.pings x header.geometry.samples.

  [[nodiscard]] std::span<const std::uint16_t> trace(std::size_t ping) const noexcept {
    return samples.subspan(ping * header.geometry.samples, header.geometry.samples);
  }
};

}  // namespace towfish
