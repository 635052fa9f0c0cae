#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pipeline/latency/histogram.hpp"
#include "pipeline/sonar/frame_report.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish::latency {

/// What a frame waits for, in the order of its way through the pipeline.
enum class Stage : std::uint8_t {
  fill,    ///< First ping due -> last ping due: a property of the frame's length, not part of total.
  emit,    ///< Last ping due -> published.
  queue,   ///< -> taken by the detector.
  detect,  ///< -> its report published.
  pair,    ///< -> fusion has the reports of both sides.
  fuse,    ///< -> contacts committed.
  total,   ///< emit + queue + detect + pair + fuse.
};
inline constexpr std::size_t kStages = 7;
inline constexpr std::array<std::string_view, kStages> kStageNames{"fill", "emit", "queue", "detect",
                                                                   "pair", "fuse", "total"};
constexpr std::size_t index(Stage stage) noexcept {
  return static_cast<std::size_t>(stage);
}

/// Whether the deadline means anything to a stage: fill is a property of the frame's length.
constexpr bool has_deadline(Stage stage) noexcept {
  return stage != Stage::fill;
}

/// Nanoseconds by stage of one frame of one side. The sum of emit to fuse equals total exactly.
using StageTimes = std::array<std::int64_t, kStages>;

/// Stage times from the stamps of a report and the two that fusion adds. All of CLOCK_MONOTONIC.
StageTimes stage_times(const FrameReport& report, std::int64_t paired_ns, std::int64_t committed_ns) noexcept;

/// One of the slowest frames, kept with what each stage took.
struct WorstFrame {
  std::uint64_t sequence;
  std::uint64_t first_ping;
  std::uint64_t side;
  StageTimes stages;
};

/// All that is measured about one session's frames, in shared memory; all zeros is empty.
///
/// Threads: record() from fusion's thread only; the rest from any process. worst frames read while recording
/// may be torn; they are for the end.
struct LatencyBlock {
  static constexpr std::size_t kWorst = 10;

  std::array<std::array<Histogram, kStages>, 2> by_side;
  std::array<std::array<std::atomic<std::uint64_t>, kStages>, 2> over_deadline;
  std::array<WorstFrame, kWorst> worst;  ///< Unordered; the first `worst_count`.
  std::atomic<std::uint32_t> worst_count;

  /// Counts every stage of a frame; a stage one nanosecond over the deadline counts as late, one on it does
  /// not, and fill never does.
  void record(Side side, std::uint64_t sequence, std::uint64_t first_ping, const StageTimes& times,
              std::int64_t deadline_ns) noexcept;
};

}  // namespace towfish::latency
