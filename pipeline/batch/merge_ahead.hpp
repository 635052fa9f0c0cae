#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "pipeline/batch/merge.hpp"

namespace towfish::batch {

/// Merges while logs are still being scanned: what is known to come first, on a thread of its own.
///
/// It is a matter of time only. finish() gives what merge() gives: where reports turned out to be others than
/// those that were merged ahead, it begins anew. Threads: one thread, beside its own.
class MergeAhead {
 public:
  MergeAhead(FusionSettings settings, std::filesystem::path store);
  ~MergeAhead();
  MergeAhead(const MergeAhead&) = delete;
  MergeAhead& operator=(const MergeAhead&) = delete;

  /// The first reports there will be, in order: those that were given before, and perhaps more. The last log
  /// may go on later. `generation` differs when reports that were given before are no longer valid.
  void ready(const std::vector<LogReports>& logs, std::uint64_t generation);
  /// All of them; returns as merge() does. `tick` is called several times a second.
  bool finish(const std::vector<LogReports>& logs, std::uint64_t generation, MergeCounts& counts,
              const std::function<bool()>& tick);

 private:
  struct Step {
    bool begins = false;  ///< Of a log, whose name stands in `what`; else a file.
    std::string what;
    bool operator==(const Step&) const = default;
  };
  static std::vector<Step> steps_of(const std::vector<LogReports>& logs);
  bool give(const std::vector<LogReports>& logs, std::uint64_t generation);
  void work();

  FusionSettings settings_;
  std::filesystem::path store_;
  std::vector<Step> given_;
  std::uint64_t generation_ = 0;
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<Step> waiting_;
  bool complete_ = false;  ///< Nothing follows what waits.
  bool dropped_ = false;
  bool failed_ = false;
  bool finished_ = false;
  MergeCounts counts_;
  std::thread thread_;
};

}  // namespace towfish::batch
