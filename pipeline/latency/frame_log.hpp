#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "pipeline/sonar/frame_report.hpp"

namespace towfish::latency {

/// All stamps of one frame of one side, in nanoseconds of CLOCK_MONOTONIC.
struct FrameStamps {
  std::uint64_t sequence;
  std::uint64_t first_ping;
  std::uint32_t pings;
  std::uint32_t side;
  std::int64_t first_due_ns;
  std::int64_t last_due_ns;
  std::int64_t published_ns;
  std::int64_t taken_ns;
  std::int64_t detected_ns;
  std::int64_t paired_ns;
  std::int64_t committed_ns;
};
FrameStamps stamps_of(const FrameReport& report, std::int64_t paired_ns, std::int64_t committed_ns) noexcept;

/// Writes what every frame waited for to a CSV file, to a trace that chrome://tracing and Perfetto open, or
/// both.
///
/// add() puts the frame into a queue of fixed size, which a thread of its own empties ten times a second: no
/// allocation, no lock, no file on the caller's way. A frame that finds the queue full is counted, not waited
/// for. Files that exist are continued, so that a role that was started again goes on; remove them before a
/// new run. A file that cannot be written is given up with an error in the log. Threads: add() from one
/// thread.
class FrameLog {
 public:
  struct Files {
    std::filesystem::path csv{};    ///< Empty: none.
    std::filesystem::path trace{};  ///< Empty: none. Its times count from `origin_ns`.
    std::int64_t origin_ns = 0;
  };

  /// Throws UsageError when a file cannot be opened.
  explicit FrameLog(const Files& files);
  /// Writes what is still waiting.
  ~FrameLog();

  void add(const FrameStamps& frame) noexcept;

  /// Frames that found the queue full: they are missing in the files.
  [[nodiscard]] std::uint64_t dropped() const noexcept;

  static constexpr std::size_t kQueue = 16384;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace towfish::latency
