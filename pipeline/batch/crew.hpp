#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/batch/channel.hpp"
#include "pipeline/batch/job.hpp"
#include "pipeline/process/child.hpp"

namespace towfish::batch {

/// The worker processes of one machine: hands them jobs, replaces those that die. Threads: one thread.
class Crew {
 public:
  /// What a worker is doing, for those who watch.
  struct Activity {
    Job job;
    std::uint64_t at_ping = 0;
    std::chrono::steady_clock::time_point heard;
  };

  /// Starts so many processes. They get ready while the first jobs are being made out.
  Crew(std::size_t workers, std::string settings);

  [[nodiscard]] std::size_t size() const noexcept { return workers_.size(); }
  [[nodiscard]] bool busy(std::size_t worker) const noexcept { return workers_[worker].activity.has_value(); }
  [[nodiscard]] bool any_busy() const noexcept;
  [[nodiscard]] const std::optional<Activity>& activity(std::size_t worker) const noexcept {
    return workers_[worker].activity;
  }

  /// Gives the worker this job; a dead one is replaced first. Throws std::system_error.
  void give(std::size_t worker, const Job& job);

  /// Waits up to `milliseconds` for news. `answered` is called for every answer, progress too; `died` for a
  /// worker that ended over a job, or that said nothing for `patience` and was therefore killed.
  void wait(int milliseconds, std::chrono::seconds patience,
            const std::function<void(std::size_t worker, const Answer&)>& answered,
            const std::function<void(std::size_t worker, const Job&, const std::string& how)>& died);

 private:
  struct Worker {
    std::unique_ptr<process::Child> child;
    std::optional<Channel> channel;
    std::optional<Activity> activity;
  };
  void start(Worker& worker);
  bool hear(std::size_t worker, const std::function<void(std::size_t, const Answer&)>& answered);
  std::string bury(Worker& worker);

  std::string settings_;
  std::vector<Worker> workers_;
};

}  // namespace towfish::batch
