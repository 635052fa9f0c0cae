#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pipeline/batch/job.hpp"
#include "pipeline/batch/ledger.hpp"
#include "pipeline/batch/log_finder.hpp"
#include "pipeline/batch/merge.hpp"
#include "pipeline/batch/progress.hpp"
#include "pipeline/batch/schedule.hpp"

namespace towfish::batch {

struct CampaignSettings {
  std::filesystem::path out = {};
  std::string detection = {};  ///< All that the reports depend on beside the logs, as text.
  Cut cut = {};
  std::uint64_t memory_pings = 0;        ///< Scanned before a stretch that does not follow on another.
  std::uint64_t whole_bytes = 4U << 20;  ///< Smaller logs are not cut.
  bool retry_failed = false;
  bool afresh = false;  ///< Forget what an earlier run did.
};

/// What is to be done for a set of logs, what has been done, and what comes next.
///
/// Every log is looked at, cut into stretches, and scanned stretch by stretch; each step is in the ledger
/// before the next is decided on. It does not care who does the jobs, where, or in which order the answers
/// come. A stretch over which two workers died is set aside; a log that changed meanwhile is begun anew.
/// Throws StoreError and UsageError. Threads: one thread.
class Campaign {
 public:
  static constexpr std::uint32_t kFatalDeaths = 2;
  static constexpr std::uint32_t kMostChanges = 3;

  /// Takes up what the ledger in `settings.out` knows of these files. UsageError when that was made with
  /// other settings.
  Campaign(CampaignSettings settings, const std::vector<FoundFile>& files);

  /// A job for this worker; empty when there is none at the moment.
  std::optional<Job> next_job(std::size_t worker);
  /// What a worker answered, progress aside. Answers to jobs that are not under way, or to an earlier version
  /// of a log, are ignored.
  void answered(std::size_t worker, const Answer& answer);
  /// Where the reports that come with this answer belong; empty when nobody waits for it.
  [[nodiscard]] std::optional<std::filesystem::path> expected_reports(const Answer& answer) const;
  /// A worker died over its job.
  void died(std::size_t worker, const Job& job, const std::string& how);
  /// Jobs that were given and not answered.
  [[nodiscard]] std::size_t under_way() const noexcept { return under_way_.size(); }

  /// Nothing waits and nothing is under way.
  [[nodiscard]] bool finished() const noexcept {
    return under_way_.empty() && looks_.empty() && schedule_.empty();
  }

  /// Looks again at all reports; what is damaged or gone has to be made again. Whether all is well.
  bool check_reports();
  /// The reports there are, in the order in which they are merged; none of copies.
  [[nodiscard]] std::vector<LogReports> reports() const;
  /// The first of these that are sure already: up to a stretch that is still to be done. None before it is
  /// known which log comes first.
  [[nodiscard]] std::vector<LogReports> first_reports() const;
  /// Another number whenever reports that were there are no longer valid.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  [[nodiscard]] const std::vector<LogRow>& logs() const noexcept { return logs_; }
  /// All but the current jobs' share.
  [[nodiscard]] Standing standing() const;
  /// Bytes of its log that a job stands for.
  [[nodiscard]] std::uint64_t bytes_of(const Job& job) const;
  /// Of this object alone.
  [[nodiscard]] std::uint64_t run() const noexcept { return run_; }
  [[nodiscard]] const std::string& name_of(const Job& job) const { return logs_[index_of(job.log)].name; }

 private:
  void take_up(const std::vector<FoundFile>& files);
  void compare(LogRow& log, const FileStamp& stamp);
  void begin_anew(LogRow& log);
  void wait_for(std::size_t log);
  [[nodiscard]] Schedule::Kind kind_of(const LogRow& log) const noexcept;
  void looked(LogRow& log, const Answer& answer);
  void cut(LogRow& log) const;
  void scanned(LogRow& log, const Answer& answer);
  void complete(LogRow& log);
  void changed(LogRow& log);
  void unseen(std::size_t worker, LogRow& log, const Answer& answer);
  void fail(LogRow& log, const std::string& message);
  void strike(LogRow& log, std::size_t index, const std::string& how, std::size_t worker);
  void look_failed(LogRow& log, const std::string& how);
  [[nodiscard]] std::size_t index_of(std::uint64_t id) const { return by_id_.at(id); }
  [[nodiscard]] std::filesystem::path reports_of(const LogRow& log, std::size_t stretch) const;
  /// Nothing where nobody was in front of this stretch.
  [[nodiscard]] std::string place_for(const LogRow& log, std::size_t stretch) const;
  [[nodiscard]] Job job_for(const LogRow& log, std::size_t stretch) const;

  CampaignSettings settings_;
  std::uint64_t run_;
  Ledger ledger_;
  std::vector<LogRow> logs_;
  std::unordered_map<std::uint64_t, std::size_t> by_id_;
  std::deque<std::size_t> looks_;  ///< Logs to be looked at.
  Schedule schedule_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> under_way_;  ///< Log and index.
  std::unordered_map<std::uint64_t, std::uint32_t> look_deaths_;
  /// Of the logs that are being scanned, by ping.
  std::unordered_map<std::uint64_t, std::map<std::uint64_t, std::string>> places_;
  std::uint64_t deaths_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t pings_ = 0;
  std::uint64_t bytes_before_ = 0;
};

}  // namespace towfish::batch
