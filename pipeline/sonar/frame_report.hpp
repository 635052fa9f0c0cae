#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "pipeline/sonar/detection.hpp"
#include "pipeline/sonar/frame.hpp"

namespace towfish {

/// What a detector says about one frame, found something or not: a wire struct, followed by its detections
/// and their chips. Times are nanoseconds of CLOCK_MONOTONIC.
struct FrameReport {
  static constexpr std::uint32_t kQuarantined = 1;  ///< The frame killed its readers and was passed over.
  static constexpr std::uint32_t kEnd = 2;  ///< No frame: the side has ended; carries what was still waiting.

  FrameHeader frame;
  std::int64_t taken_ns = 0;     ///< When the detector took the frame.
  std::int64_t detected_ns = 0;  ///< When this report was published.
  std::uint32_t flags = 0;
  std::uint32_t detections = 0;
  std::uint32_t refused = 0;    ///< Detections that did not fit into the report.
  float altitude_m = kUnknown;  ///< As recorded at the last ping.
  Ping first;                   ///< The frame's first and last ping: track and coverage follow from these.
  Ping last;
};
static_assert(std::is_trivially_copyable_v<FrameReport> && sizeof(FrameReport) == 352);

/// A report to be read in place. Owns nothing.
struct FrameReportView {
  FrameReport report;
  std::span<const Detection> detections;
  std::span<const Chip> chips;  ///< One a detection, or none at all.
};

}  // namespace towfish
