#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "pipeline/sonar/detection.hpp"
#include "pipeline/sonar/frame.hpp"

namespace towfish {

/// What a detector says about one frame, found something or not: a wire struct, followed by its detections,
/// their chips and its seams. Times are nanoseconds of CLOCK_MONOTONIC.
struct FrameReport {
  static constexpr std::uint32_t kQuarantined = 1;  ///< The frame killed its readers and was passed over.
  static constexpr std::uint32_t kEnd = 2;  ///< No frame: the side has ended; carries what was still waiting.

  FrameHeader frame;
  std::int64_t taken_ns = 0;     ///< When the detector took the frame.
  std::int64_t detected_ns = 0;  ///< When this report was published.
  std::uint32_t flags = 0;
  std::uint32_t detections = 0;
  std::uint32_t refused = 0;  ///< Detections that did not fit into the report.
  std::uint32_t seams = 0;    ///< Pings that follow (find_seams()); even.
  Ping first;                 ///< The frame's first and last ping: with the seams between them, track and
  Ping last;                  ///< coverage follow from these.
};
static_assert(std::is_trivially_copyable_v<FrameReport> && sizeof(FrameReport) == 352);

/// A report to be read in place. Owns nothing.
struct FrameReportView {
  FrameReport report;
  std::span<const Detection> detections;
  std::span<const Chip> chips;    ///< One a detection, or none at all.
  std::span<const Ping> seams{};  ///< As find_seams() gives them.
};

/// The track is followed by steps of so many pings, beginning at multiples of this, so that it is the same
/// however pings are put into frames.
inline constexpr std::uint64_t kStepPings = 16;

/// The most seams that a frame of so many pings can have: two between any two.
constexpr std::size_t most_seams(std::size_t pings) noexcept {
  return pings < 2 ? 0 : 2 * (pings - 1);
}

/// Where a frame goes from one step to the next: the last ping of the one and the first of the other, for
/// each such place. `seams` has room for most_seams(pings.size()); returns how many there are.
std::size_t find_seams(std::span<const Ping> pings, std::span<Ping> seams) noexcept;

}  // namespace towfish
