#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detectors/registry.hpp"
#include "pipeline/batch/report_file.hpp"
#include "pipeline/batch/stretch.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/process/settings.hpp"

namespace towfish::batch {

/// What a look at the beginning of a log told.
struct LogSize {
  std::uint64_t pings = 0;  ///< Estimated, unless the log knows.
  std::int64_t first_time_ns = kUnknownTime;
};

/// What became of a stretch.
struct StretchResult {
  std::uint64_t pings = 0;    ///< Of the stretch itself, not those that only filled the detectors' memory.
  std::uint64_t warm_up = 0;  ///< Those.
  std::uint64_t frames = 0;   ///< Pairs.
  std::uint64_t detections = 0;
  std::uint64_t refused = 0;                  ///< Detections beyond what a report holds.
  std::int64_t first_time_ns = kUnknownTime;  ///< Of the first of its pings that tells.
  std::vector<Fault> faults;                  ///< Met in the stretch.
};

/// Both sides of one log, stretch by stretch, through its detectors.
///
/// Frames are cut at multiples of the frame length, where a geometry changes and where pings are missing. A
/// side that is missing keeps its geometry and gets zeros, until it has been missing for longer than the
/// detectors remember. So a frame is a function of the pings the detectors remember, and the reports of a
/// log are the same bit for bit however it is cut into stretches. A stretch that follows on the one before
/// goes on at once; any other begins memory_pings() earlier and drops what that yields. Memory is bounded
/// whatever the length. Threads: one thread.
class LogScan {
 public:
  /// Throws InputError where the log cannot be read.
  LogScan(const std::filesystem::path& log, const process::RunSettings& settings);

  [[nodiscard]] LogSize size();

  /// `tick` is called with the number of the next ping, frame by frame; false from it gives up with an empty
  /// result. Throws ReportFileError.
  std::optional<StretchResult> scan(const Stretch& stretch, ReportWriter& out,
                                    const std::function<bool(std::uint64_t next_ping)>& tick);

  /// Of the log; see there.
  [[nodiscard]] std::string place_before(std::uint64_t ping) const { return log_->place_before(ping); }
  void learn_place(const std::string& place) { log_->learn_place(place); }

 private:
  struct Lane {
    std::unique_ptr<Detector> detector;
    TraceGeometry geometry;
    std::uint64_t missing = 0;           ///< Pings since it was there last.
    std::vector<std::uint16_t> samples;  ///< Of the frame that is being gathered, as far as `filled`.
    std::size_t filled = 0;
  };

  void begin_at(std::uint64_t first);
  void begin_anew();
  [[nodiscard]] bool fits(const PingPair& pair) const noexcept;
  void add(const PingPair& pair);
  void flush(ReportWriter& out);
  void report_end(ReportWriter& out);
  void write(FrameReport report, const DetectionList& found, ReportWriter& out);

  process::RunSettings settings_;
  std::unique_ptr<Log> log_;
  std::array<Lane, 2> lanes_;
  std::vector<Ping> pings_;  ///< Of the frame being filled.
  std::vector<Ping> seams_;
  std::vector<Detection> detections_;
  std::vector<Chip> chips_;
  std::uint64_t memory_pings_ = 0;
  std::uint64_t next_ = 0;          ///< Where a stretch would follow on.
  const PingPair* pair_ = nullptr;  ///< Fetched, not added yet.
  bool warming_up_ = false;
  StretchResult result_;
};

}  // namespace towfish::batch
