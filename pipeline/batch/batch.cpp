#include "pipeline/batch/batch.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "pipeline/batch/campaign.hpp"
#include "pipeline/batch/crew.hpp"
#include "pipeline/batch/merge_ahead.hpp"
#include "pipeline/batch/nats_run.hpp"
#include "pipeline/batch/pictures.hpp"
#include "pipeline/batch/report_file.hpp"
#include "pipeline/batch/results.hpp"
#include "pipeline/process/folder_lock.hpp"
#include "pipeline/process/stop_signal.hpp"

namespace towfish::batch {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kInterrupted = 130;
constexpr std::size_t kShownLogs = 4;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string settings_text(const process::RunSettings& settings) {
  std::ostringstream text;
  settings::print(text, settings);
  return text.str();
}

std::string configuration_text(const process::RunSettings& settings) {
  std::ostringstream text;
  settings::print(text, settings.pipeline);
  settings::print(text, settings.detector);
  return text.str();
}

/// All that reports depend on.
std::string detection_text(const process::RunSettings& settings) {
  std::ostringstream text;
  settings::print(text, settings.detector);
  text << "frame.pings: " << settings.pipeline.frame.pings << "\n"
       << "ring.detections: " << settings.pipeline.ring.detections << "\n"
       << "version: " << TOWFISH_VERSION << "\n"
       << detector_files(settings.detector);
  return text.str();
}

/// One run of a batch on this machine.
class LocalRun {
 public:
  LocalRun(Crew& crew, Campaign& campaign, MergeAhead& merging, Progress& progress)
      : crew_(crew), campaign_(campaign), merging_(merging), progress_(progress) {}

  /// False when it was interrupted.
  bool scan(RunFigures& figures) {
    while (!campaign_.finished()) {
      if (process::stop_signals() > 0) return false;
      bool idle = false;
      for (std::size_t worker = 0; worker < crew_.size(); ++worker) {
        if (crew_.busy(worker)) continue;
        const auto job = campaign_.next_job(worker);
        if (job) crew_.give(worker, *job);
        idle = idle || !job;
      }
      bool news = false;
      crew_.wait(
          100, kPatience,
          [&](std::size_t worker, const Answer& answer) {
            if (answer.kind == Answer::Kind::progress) return;
            news = true;
            figures.busy_s += answer.busy_s;
            figures.peak_rss_kib = std::max(figures.peak_rss_kib, answer.peak_rss_kib);
            campaign_.answered(worker, answer);
          },
          [&](std::size_t worker, const Job& job, const std::string& how) {
            ++figures.worker_deaths;
            campaign_.died(worker, job, how);
          });
      if (progress_.due(Clock::now())) progress_.show(standing(), Clock::now());
      merge_ahead(news && (idle || campaign_.finished()));
    }
    progress_.finish(standing(), Clock::now());
    return true;
  }

 private:
  /// Now and then, and at once when there is news while a core has nothing else to do.
  void merge_ahead(bool at_once) {
    constexpr std::chrono::milliseconds kEvery{250};
    if (Clock::now() < merge_at_ && !at_once) return;
    merging_.ready(campaign_.first_reports(), campaign_.generation());
    merge_at_ = Clock::now() + kEvery;
  }

  static constexpr std::chrono::seconds kPatience{600};

  /// With what the workers are at right now.
  [[nodiscard]] Standing standing() const {
    Standing standing = campaign_.standing();
    for (std::size_t worker = 0; worker < crew_.size(); ++worker) {
      const auto& activity = crew_.activity(worker);
      if (!activity) continue;
      const Stretch& stretch = activity->job.stretch;
      if (stretch.end != kToTheEnd && activity->at_ping > stretch.first) {
        standing.bytes_done += campaign_.bytes_of(activity->job) * (activity->at_ping - stretch.first) /
                               (stretch.end - stretch.first);
      }
      if (standing.current.size() < kShownLogs) standing.current.push_back(campaign_.name_of(activity->job));
    }
    return standing;
  }

  Crew& crew_;
  Campaign& campaign_;
  MergeAhead& merging_;
  Progress& progress_;
  Clock::time_point merge_at_;
};

int interrupted(const fs::path& out) {
  spdlog::info("interrupted; the same command goes on where this one stopped (--out {})", out.string());
  return kInterrupted;
}

/// Has all jobs done, by `crew` or, where there is none, elsewhere, and what they found merged; false when it
/// was interrupted. Merging finds reports that are damaged or gone: those are made again.
bool scan_and_merge(const BatchOptions& options, const fs::path& out, std::optional<Crew>& crew,
                    Campaign& campaign, RunFigures& figures, MergeCounts& counts) {
  const auto started = Clock::now();
  MergeAhead merging(options.settings.pipeline.fusion, out / "contacts.gpkg");
  Progress progress(options.progress, started);
  std::optional<LocalRun> here;
  std::optional<NatsRun> elsewhere;
  if (crew) {
    here.emplace(*crew, campaign, merging, progress);
  } else {
    elsewhere.emplace(*options.nats, out, settings_text(options.settings),
                      detector_files(options.settings.detector), campaign, progress);
  }
  for (;;) {
    if (!(here ? here->scan(figures) : elsewhere->scan(figures))) return false;
    figures.scan_s = seconds_since(started);
    try {
      const auto goes_on = [] { return process::stop_signals() == 0; };
      const bool merged = merging.finish(campaign.reports(), campaign.generation(), counts, goes_on);
      figures.merge_s = seconds_since(started) - figures.scan_s;
      return merged;
    } catch (const ReportFileError&) {
      if (campaign.check_reports()) throw;
    }
  }
}

bool anything_failed(const std::vector<LogRow>& logs) {
  return std::ranges::any_of(
      logs, [](const LogRow& log) { return log.state == LogState::failed || log.set_aside() > 0; });
}

}  // namespace

int run_batch(const BatchOptions& options) {
  process::catch_stop_signals();
  // The picture of each contact takes memory and gives it back: to and from the kernel every time, that costs
  // more than the picture itself.
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
  const auto started = Clock::now();
  const process::FolderLock lock(options.out);
  const fs::path out = fs::canonical(options.out);
  const std::size_t workers =
      options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
  CampaignSettings settings{
      .out = out,
      .detection = detection_text(options.settings),
      .memory_pings = make_detector(options.settings.detector, Side::port)->memory_pings(),
      .retry_failed = options.retry_failed,
      .afresh = options.afresh};
  std::optional<Crew> crew;
  if (!options.nats) crew.emplace(workers, settings_text(options.settings));
  // Elsewhere a stretch is seldom followed by the next one, and pays for its warm-up.
  if (options.nats) settings.cut.least = 4096;
  settings.cut.frame_pings = options.settings.pipeline.frame.pings;
  Campaign campaign(settings, find_logs(options.places, out));
  RunFigures figures;
  figures.workers = options.nats ? 0 : workers;
  figures.configuration = configuration_text(options.settings);
  MergeCounts counts;
  if (!scan_and_merge(options, out, crew, campaign, figures, counts)) return interrupted(out);
  crew.reset();
  figures.duration_s = seconds_since(started);
  const nlohmann::json summary = batch_summary(campaign.logs(), counts, figures);
  write_results(out, summary);
  if (options.pictures) {
    write_pictures(out, campaign.logs(), workers, [] { return process::stop_signals() == 0; });
    if (process::stop_signals() > 0) return interrupted(out);
  }
  if (options.progress == Progress::Style::json) {
    fmt::print("{}\n", nlohmann::json{{"event", "finished"}, {"summary", summary}}.dump());
  } else if (options.progress != Progress::Style::none) {
    print_results(out, summary);
  }
  if (campaign.reports().empty())
    throw InputError("no readable log in " + fmt::format("{}", fmt::join(options.places, ", ")));
  return anything_failed(campaign.logs()) ? 4 : 0;
}

}  // namespace towfish::batch
