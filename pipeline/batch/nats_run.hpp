#pragma once

#include <filesystem>
#include <string>

#include "pipeline/batch/campaign.hpp"
#include "pipeline/batch/delivery.hpp"
#include "pipeline/batch/progress.hpp"
#include "pipeline/batch/results.hpp"
#include "pipeline/nats/nats.hpp"

namespace towfish::batch {

/// The names under which batches and workers meet.
inline constexpr const char* kJobsQueue = "TOWFISH_JOBS";
inline constexpr const char* kAnswersQueue = "TOWFISH_ANSWERS";
inline constexpr const char* kJobSubjects = "towfish.jobs.>";
inline constexpr const char* kAnswerSubjects = "towfish.answers.>";

/// Has a campaign's jobs done by whatever workers take them from a queue, on any machine.
///
/// What this process has put into the ledger stays; what was under way when it ended is put into the queue
/// again by the next run. Answers may come twice or late: each stretch is taken once. Threads: one thread.
class NatsRun {
 public:
  /// Throws InputError when the servers cannot be reached.
  /// `files`: detector_files() of the settings.
  NatsRun(const nats::Address& address, const std::filesystem::path& out, std::string settings,
          std::string files, Campaign& campaign, Progress& progress);

  /// Until all is done; false when it was interrupted. Figures of the workers are added to `figures`.
  bool scan(RunFigures& figures);

 private:
  bool hand_out();
  void take_in(const nats::Message& message, RunFigures& figures);

  std::string batch_;
  std::filesystem::path out_;
  std::string settings_;
  std::string files_;
  Campaign& campaign_;
  Progress& progress_;
  nats::Connection connection_;
  nats::Reader answers_;
  PartCollector parts_;
  std::uint64_t handed_out_ = 0;
};

/// A worker on any machine: takes one job at a time from the queue until it is told to stop. The folder
/// `from` at the beginning of a log's path is replaced by `to`: where this machine has the logs. Exit status.
/// Throws UsageError where it would be of no use: without the batch's model, or where it does not see the
/// logs.
int nats_worker_main(const nats::Address& address, const std::string& from, const std::string& to);

}  // namespace towfish::batch
