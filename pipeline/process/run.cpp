#include "pipeline/process/run.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <opencv2/core/utility.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "pipeline/contacts/database.hpp"
#include "pipeline/latency/report.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/process/bus_error.hpp"
#include "pipeline/process/folder_lock.hpp"
#include "pipeline/process/results.hpp"
#include "pipeline/process/roles.hpp"
#include "pipeline/process/service_manager.hpp"
#include "pipeline/process/status_line.hpp"
#include "pipeline/process/stop_signal.hpp"
#include "pipeline/process/summary.hpp"
#include "pipeline/process/supervisor.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::process {

namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;
constexpr std::array kFrameRoles{shm::Role::source, shm::Role::port_detector, shm::Role::starboard_detector,
                                 shm::Role::fusion};
constexpr std::array kStartOrder{shm::Role::fusion, shm::Role::port_detector, shm::Role::starboard_detector,
                                 shm::Role::source};
constexpr std::uint64_t kViewRows = 4096;

/// Prints the status line once a second.
class Ticker {
 public:
  explicit Ticker(const shm::Session& session) : line_(session), next_ns_(shm::monotonic_ns() + kSecond_ns) {}
  void tick(std::uint64_t restarts) {
    const std::int64_t now = shm::monotonic_ns();
    if (now < next_ns_) return;
    next_ns_ += (now - next_ns_) / kSecond_ns * kSecond_ns + kSecond_ns;
    std::fputs((line_.text(now, restarts) + "\n").c_str(), stderr);  // Whether somebody reads it or not.
  }

 private:
  StatusLine line_;
  std::int64_t next_ns_;
};

std::uint32_t longest_trace(PingSource& source) {
  constexpr int kLookedAt = 200;
  std::uint32_t longest = 0;
  for (int i = 0; i < kLookedAt; ++i) {
    const PingPair* pair = source.next();
    if (pair == nullptr) break;
    for (const TraceGeometry& geometry : pair->geometry) longest = std::max(longest, geometry.samples);
  }
  return longest;
}

/// Of every log, so that one that cannot be read is told before anything starts.
std::uint32_t longest_trace(const RunSettings& settings) {
  if (settings.mode == Mode::live) return longest_trace(*make_source(settings));
  std::uint32_t longest = 0;
  for (const LogPath& log : settings.logs) {
    longest = std::max(longest, longest_trace(*open_log(log.path, settings.reading.options())));
  }
  return longest;
}

std::uint32_t ring_frames(const RunSettings& settings) {
  if (settings.pipeline.ring.frames != 0) return settings.pipeline.ring.frames;
  return settings.mode == Mode::live ? RingSettings::kLiveFrames : RingSettings::kReplayFrames;
}

shm::Session make_session(const RunSettings& settings, const std::string& name) {
  const auto detector = make_detector(settings.detector, Side::port);
  const PipelineSettings& pipeline = settings.pipeline;
  shm::SessionSizes sizes;
  sizes.frame_slots = ring_frames(settings) + kept_frames(*detector, pipeline.frame) + 1;
  sizes.frame_pings = pipeline.frame.pings;
  sizes.frame_samples = pipeline.frame.samples;
  sizes.report_slots = ring_frames(settings) + 1;
  sizes.detections_per_report = pipeline.ring.detections;
  sizes.view_rows = kViewRows;
  std::ostringstream configuration;
  settings::print(configuration, settings);
  shm::Session session = shm::Session::create(name, sizes, configuration.str(),
                                              static_cast<std::int64_t>(pipeline.deadline_ms * 1e6));
  session.block().dashboard.watches.store(settings.dashboard ? 1 : 0, std::memory_order_relaxed);
  return session;
}

/// Everything was fused, but the results could not be written.
constexpr int kNoResults = 1;

/// As for a role that could not be kept alive.
constexpr int kTruncated = 5;

/// The second signal: end at once.
constexpr int kAtOnce = 130;

int run_processes(shm::Session& session, const RunSettings& settings, Supervisor& onlookers,
                  RunOutcome& outcome) {
  Supervisor supervisor(session, settings.pipeline.supervisor, kStartOrder);
  ServiceManager service;
  supervisor.start();
  Ticker ticker(session);
  bool draining = false;
  while (supervisor.look_after()) {
    onlookers.look_after();
    if (stop_signals() > 1) return kAtOnce;
    if (stop_signals() == 1 && !draining) {
      spdlog::info("draining: no new pings; again to end at once");
      supervisor.drain();
      service.stopping();
      draining = true;
    }
    if (supervisor.all_up()) service.ready();
    service.alive(shm::monotonic_ns());
    std::uint64_t restarts = 0;
    for (const shm::Role role : kFrameRoles) restarts += supervisor.restarts(role);
    ticker.tick(restarts);
    Supervisor::wait(100);
  }
  for (const shm::Role role : kFrameRoles) outcome.restarts[index(role)] = supervisor.restarts(role);
  return supervisor.status();
}

void look_at_signals(shm::Session& session) {
  shm::RoleRow& source = session.row(shm::Role::source);
  if (stop_signals() == 0 || source.stop.load(std::memory_order_relaxed) != 0) return;
  source.stop.store(1, std::memory_order_seq_cst);
  source.doorbell.ring();
}

/// To be called where a role's exception was caught: says it and gives the status that the run has to end
/// with.
int status_of_failure(shm::Role role) {
  const auto say = [role](const std::exception& error, int status) {
    spdlog::error("{}: {}", shm::name(role), error.what());
    return status;
  };
  try {
    throw;
  } catch (const UsageError& error) {
    return say(error, 2);
  } catch (const InputError& error) {
    return say(error, 3);
  } catch (const std::exception& error) {
    return say(error, kTruncated);
  }
}

int run_threads(shm::Session& session, const RunSettings& settings, Supervisor& onlookers) {
  std::vector<std::unique_ptr<RoleWork>> work;
  for (const shm::Role role : kFrameRoles) work.push_back(make_role(session, role, settings));
  std::atomic<int> running{static_cast<int>(kFrameRoles.size())};
  std::atomic<int> status{0};
  std::atomic<bool> over{false};  // Without one of the others nothing can be finished.
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kFrameRoles.size(); ++i) {
    threads.emplace_back([&, i, role = kFrameRoles[i]] {
      apply(scheduling_of(role, settings.pipeline.realtime, allowed_cpus()), session.row(role));
      try {
        run(*work[i], session.row(role), [&over] { return over.load() || stop_signals() > 1; });
      } catch (...) {
        status = status_of_failure(role);
        role == shm::Role::source ? end_source(session) : over.store(true);
      }
      running.fetch_sub(1);
    });
  }
  Ticker ticker(session);
  while (running.load() > 0) {
    look_at_signals(session);
    onlookers.look_after();
    ticker.tick(0);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return stop_signals() > 1 ? kAtOnce : status.load();
}

int run_sequentially(shm::Session& session, const RunSettings& settings, Supervisor& onlookers) {
  std::vector<std::unique_ptr<RoleWork>> work;
  for (const shm::Role role : kFrameRoles) work.push_back(make_role(session, role, settings));
  Ticker ticker(session);
  int status = 0;
  for (;;) {
    if (stop_signals() > 1) return kAtOnce;
    look_at_signals(session);
    onlookers.look_after();
    ticker.tick(0);
    bool worked = false;
    bool ended = true;
    for (std::size_t i = 0; i < work.size(); ++i) {
      if (work[i] == nullptr) continue;
      try {
        const Step step = work[i]->step();
        worked = worked || step == Step::worked;
        ended = ended && step == Step::ended;
      } catch (...) {
        status = status_of_failure(kFrameRoles[i]);
        if (kFrameRoles[i] != shm::Role::source) return status;
        end_source(session);
        work[i].reset();
        worked = true;
      }
    }
    if (ended && !worked) return status;
    if (worked) continue;
    const std::int64_t pause_ns =
        work.front() == nullptr ? 0 : work.front()->wake_at_ns() - shm::monotonic_ns();
    std::this_thread::sleep_for(
        std::chrono::nanoseconds(std::clamp<std::int64_t>(pause_ns, 0, kSecond_ns / 10)));
  }
}

int run_roles(shm::Session& session, const RunSettings& settings, Supervisor& onlookers,
              RunOutcome& outcome) {
  switch (settings.execution) {
    case Execution::threads:
      return run_threads(session, settings, onlookers);
    case Execution::sequential:
      return run_sequentially(session, settings, onlookers);
    default:
      return run_processes(session, settings, onlookers, outcome);
  }
}

std::vector<shm::Role> onlookers_of(const RunSettings& settings) {
  std::vector<shm::Role> roles;
  if (settings.dashboard) roles.push_back(shm::Role::dashboard);
  if (!settings.pipeline.shore.servers.empty()) roles.push_back(shm::Role::publisher);
  return roles;
}

/// Lets the publisher send what is left, for a little longer than it has patience itself.
void publish_the_rest(shm::Session& session, double patience_s, Supervisor& onlookers) {
  shm::RoleRow& row = session.row(shm::Role::publisher);
  row.stop.store(1, std::memory_order_seq_cst);
  const int heard = stop_signals();
  const std::int64_t end_ns = shm::monotonic_ns() + static_cast<std::int64_t>((patience_s + 5) * kSecond_ns);
  while (shm::monotonic_ns() < end_ns && row.state.load(std::memory_order_acquire) != shm::RoleState::ended &&
         stop_signals() == heard && onlookers.look_after()) {
    Supervisor::wait(20);
  }
}

/// False, with the reason in the log, when there is no room for them.
bool leave_results(const shm::Session& session, const RunSettings& settings, const RunOutcome& outcome) {
  try {
    write_results(session, settings, outcome);
    return true;
  } catch (const StoreError& error) {
    spdlog::error("{}", error.what());
    spdlog::error(
        "the results are not complete; contacts are kept in {}/contacts.gpkg, and 'towfish export' "
        "makes the other files of it",
        settings.out);
    return false;
  }
}

/// The run is over; whoever looks at it goes on doing so until a signal.
void hold(Supervisor& onlookers) {
  spdlog::info("the run is over; the dashboard stays until Ctrl-C");
  const int heard = stop_signals();
  while (stop_signals() == heard && onlookers.look_after()) Supervisor::wait(100);
}

}  // namespace

int run_pipeline(RunSettings settings, const std::string& name) {
  cv::setNumThreads(1);
  catch_stop_signals();
  for (const std::string& stale : shm::Segment::remove_stale()) {
    spdlog::warn("removed what a dead session '{}' had left behind", stale);
  }
  settings.pipeline.frame.samples = std::max(settings.pipeline.frame.samples, longest_trace(settings));
  check_excerpt(settings);  // Before earlier results go.
  const FolderLock lock(settings.out);
  shm::Session session = make_session(settings, name);
  struct Removal {
    const shm::Session& session;
    ~Removal() {
      if (session.named()) shm::Segment::remove(session.name());  // Else the name is another run's by now.
    }
  } removal{session};
  remove_results(settings.out);
  for (const std::string& file : {settings.latency_csv, settings.trace}) {
    if (!file.empty()) std::filesystem::remove(file);
  }

  explain_bus_errors(
      fmt::format("towfish: the segment of session '{}' was truncated by another program: the run ends; "
                  "contacts up to now are in {}/contacts.gpkg (towfish export)",
                  name, settings.out),
      "/dev/shm/towfish." + name, kTruncated);
  const std::vector<shm::Role> looking_on = onlookers_of(settings);
  Supervisor onlookers(session, settings.pipeline.supervisor, looking_on);
  onlookers.start();

  RunOutcome outcome;
  outcome.status = run_roles(session, settings, onlookers, outcome);
  outcome.finished_ns = shm::monotonic_ns();
  if (outcome.status == kAtOnce) return kAtOnce;
  if (outcome.status == 0 && count_frames(session).fused != count_frames(session).emitted) outcome.status = 4;
  const bool complete = leave_results(session, settings, outcome);
  if (!settings.pipeline.shore.servers.empty())
    publish_the_rest(session, settings.pipeline.shore.patience_s, onlookers);
  if (!complete) return std::max(outcome.status, kNoResults);
  if (settings.dashboard && settings.hold) hold(onlookers);
  return outcome.status;
}

}  // namespace towfish::process
