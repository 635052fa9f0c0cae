#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "pipeline/batch/content_hash.hpp"
#include "pipeline/batch/log_scan.hpp"

namespace towfish::batch {

/// What a worker is asked to do with one log.
struct Job {
  enum class Kind : std::uint8_t {
    look,  ///< See how long the log is; where `chunks_end` says so, hash it as well.
    scan,  ///< Scan `stretch`, leave the reports in `reports`, hash the chunks.
  };
  static constexpr std::uint64_t kNoStretch = ~std::uint64_t{0};  ///< Index of a look.
  std::uint64_t run = 0;    ///< Of the coordinator: late answers to an earlier one are none to this.
  std::uint64_t log = 0;    ///< The coordinator's number of it.
  std::uint64_t index = 0;  ///< Of the stretch in its log.
  Kind kind = Kind::scan;
  std::int64_t version = 0;  ///< Of the log's content, as the coordinator knows it; comes back in the answer.
  std::string path = {};     ///< As the worker finds it.
  std::uint64_t bytes = 0;   ///< Of all its files, as the coordinator sees them.
  Stretch stretch = {};
  std::string reports = {};
  std::uint64_t chunks_first = 0;  ///< Part of the content to be hashed.
  std::uint64_t chunks_end = 0;
  std::string place = {};  ///< Near where the stretch begins, from the answer of whoever was there.
};

/// What a worker says about its job.
struct Answer {
  enum class Kind : std::uint8_t {
    progress,  ///< Still at it; `at_ping` says where.
    done,
    unreadable,  ///< This log cannot be read: `message` says why. Trying again is of no use.
    failed,      ///< Something else went wrong: disk full, memory short.
    unseen,      ///< Not here, or not as the coordinator sees it: `message` says what is here instead.
    deadly,      ///< Two workers have died over it already; it was not tried again.
  };
  std::uint64_t run = 0;
  std::uint64_t log = 0;
  std::uint64_t index = 0;
  Kind kind = Kind::progress;
  std::int64_t version = 0;
  std::uint64_t at_ping = 0;
  std::string message = {};   ///< Of a look: the content hash, if that was wanted.
  LogSize size = {};          ///< Of a look.
  StretchResult result = {};  ///< Of a scan.
  std::vector<std::uint64_t> chunks = {};
  std::uint64_t place_ping = 0;  ///< Of a scan: `place` helps whoever seeks a ping from this one on.
  std::string place = {};
  double busy_s = 0;
  std::uint64_t peak_rss_kib = 0;  ///< Of the worker so far.
};

/// A message that is not what it should be.
class MessageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// As one JSON object each; reading throws MessageError.
std::string to_text(const Job& job);
std::string to_text(const Answer& answer);
Job job_from(const std::string& text);
Answer answer_from(const std::string& text);

/// The beginning of the answer to a job.
Answer answer_to(const Job& job, Answer::Kind kind, std::string message = {});

/// Does one job with the log that it keeps open from one job to the next.
class Workbench {
 public:
  explicit Workbench(process::RunSettings settings) : settings_(std::move(settings)) {}

  /// `tick` as in LogScan::scan(). Empty when it gave up. Never throws for what a log holds.
  std::optional<Answer> work(const Job& job, const std::function<bool(std::uint64_t)>& tick);

 private:
  LogScan& open(const std::string& path);
  std::optional<Answer> look_or_scan(const Job& job, const std::function<bool(std::uint64_t)>& tick);

  process::RunSettings settings_;
  std::string path_;
  std::optional<FileStamp> stamp_;  ///< When it was opened: a file that is replaced stays open as it was.
  std::unique_ptr<LogScan> scan_;
};

}  // namespace towfish::batch
