#include "pipeline/batch/nats_run.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "pipeline/batch/report_file.hpp"
#include "pipeline/process/stop_signal.hpp"

namespace towfish::batch {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint64_t kMostWaiting = 2000;  ///< Jobs in the queue at a time.

/// The same for every run of a batch: who runs it, and where.
std::string batch_name(const fs::path& out) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string text = std::string(host.data()) + ":" + out.string();
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

bool stopped() {
  return process::stop_signals() > 0;
}

}  // namespace

NatsRun::NatsRun(const nats::Address& address, const fs::path& out, std::string settings, std::string files,
                 Campaign& campaign, Progress& progress)
    : batch_(batch_name(out)),
      out_(out),
      settings_(std::move(settings)),
      files_(std::move(files)),
      campaign_(campaign),
      progress_(progress),
      connection_(address),
      answers_([&] {
        connection_.make_queue(kJobsQueue, kJobSubjects);
        connection_.make_queue(kAnswersQueue, kAnswerSubjects);
        connection_.purge(kJobsQueue, "towfish.jobs." + batch_);
        connection_.purge(kAnswersQueue, "towfish.answers." + batch_);
        constexpr int kPatience_s = 60;
        return connection_.read({.queue = kAnswersQueue,
                                 .subject = "towfish.answers." + batch_,
                                 .name = "batch-" + batch_,
                                 .patience_s = kPatience_s});
      }()) {}

bool NatsRun::hand_out() {
  while (campaign_.under_way() < kMostWaiting && !stopped()) {
    const auto job = campaign_.next_job(0);
    if (!job) return true;
    const nlohmann::json message{{"batch", batch_},
                                 {"version", TOWFISH_VERSION},
                                 {"settings", settings_},
                                 {"files", files_},
                                 {"job", to_text(*job)}};
    const std::string id = fmt::format("{}-{:x}-{}", batch_, campaign_.run(), handed_out_);
    if (!connection_.publish("towfish.jobs." + batch_, id, message.dump(), stopped)) return false;
    ++handed_out_;
  }
  return true;
}

void NatsRun::take_in(const nats::Message& message, RunFigures& figures) {
  std::optional<PartCollector::Whole> whole;
  try {
    whole = parts_.add(message.data(), [this](const Answer& answer) {
      return campaign_.expected_reports(answer).has_value();  // Otherwise it is late, or there already.
    });
  } catch (const MessageError& error) {
    spdlog::warn("an answer that makes no sense: {}", error.what());
  }
  if (!whole) return;
  if (!whole->reports.empty()) write_whole(*campaign_.expected_reports(whole->answer), whole->reports);
  figures.busy_s += whole->answer.busy_s;
  figures.peak_rss_kib = std::max(figures.peak_rss_kib, whole->answer.peak_rss_kib);
  campaign_.answered(0, whole->answer);
}

bool NatsRun::scan(RunFigures& figures) {
  constexpr int kWait_ms = 200;
  while (!campaign_.finished()) {
    if (stopped() || !hand_out()) {
      connection_.purge(kJobsQueue, "towfish.jobs." + batch_);
      return false;
    }
    if (auto message = answers_.take(kWait_ms)) {
      take_in(*message, figures);
      message->acknowledge();
    }
    if (progress_.due(Clock::now())) progress_.show(campaign_.standing(), Clock::now());
  }
  progress_.finish(campaign_.standing(), Clock::now());
  return true;
}

}  // namespace towfish::batch
