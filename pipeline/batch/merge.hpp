#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/fusion/fusion.hpp"

namespace towfish::batch {

/// The reports of one log, in order.
struct LogReports {
  std::string name;
  std::int64_t first_time_ns = kUnknownTime;
  std::vector<std::filesystem::path> files;
  bool complete = true;  ///< No more files follow.
};

/// Sorts logs by the time of their first ping, those that do not know it behind them, and by name.
void sort_for_merging(std::vector<LogReports>& logs);

struct MergeCounts {
  std::uint64_t frames = 0;  ///< Pairs.
  std::uint64_t pings = 0;
  FusionCounters fusion;
};

/// A merge under way: takes the files of one log after the other, in the order of merging.
///
/// The store is written beside its name and renamed by finish(); without that nothing is left. Throws
/// ReportFileError and StoreError, after which it is of no more use. Threads: one at a time.
class Merge {
 public:
  Merge(const FusionSettings& settings, std::filesystem::path store);
  ~Merge();
  Merge(const Merge&) = delete;
  Merge& operator=(const Merge&) = delete;

  /// What follows is of this log.
  void begin(const std::string& log);
  void add(const std::filesystem::path& reports);
  MergeCounts finish();

 private:
  struct Parts;
  std::filesystem::path store_;
  std::filesystem::path unfinished_;
  std::unique_ptr<Parts> parts_;
};

/// Fuses the reports of all logs as one survey, in the order given, into a new contact store at `store`.
///
/// Frames are counted through; the pings of a log begin behind those of the log before, at once where it was
/// recorded in one go with it, else after a gap, so that no object is taken to reach from one into the
/// other. The result depends on nothing but the reports, their order and the settings. `tick` is called log
/// by log; false from it gives up (the function returns false). The store is written beside its name and
/// renamed at the end. Throws ReportFileError and StoreError. Memory: the contacts.
bool merge(const std::vector<LogReports>& logs, const FusionSettings& settings,
           const std::filesystem::path& store, MergeCounts& counts,
           const std::function<bool(std::size_t log)>& tick);

}  // namespace towfish::batch
