#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/number_in.hpp"
#include "pipeline/process/metrics_server.hpp"
#include "pipeline/process/snapshot_report.hpp"
#include "pipeline/process/stop_signal.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

namespace {

struct TopOptions {
  std::string session;
  double interval_s = 1;
  bool once = false;
  bool json = false;
  std::optional<std::uint16_t> prometheus_port;
};

/// The session that was named, or the only one that runs.
std::string session_to_watch(const std::string& named) {
  if (!named.empty()) return named;
  const std::vector<std::string> sessions = shm::Segment::sessions();
  if (sessions.size() == 1) return sessions.front();
  if (sessions.empty())
    throw UsageError("no session runs on this machine: start 'towfish live' or 'towfish replay'");
  throw UsageError(fmt::format("{} sessions run, name one: {}", sessions.size(), fmt::join(sessions, ", ")));
}

void print(const process::Snapshot& snapshot, const TopOptions& options) {
  if (options.json) {
    fmt::print("{}\n", process::json(snapshot).dump(options.once ? 2 : -1));
  } else {
    constexpr std::string_view kHomeAndClear = "\x1b[H\x1b[J";
    const bool in_place = !options.once && isatty(STDOUT_FILENO) != 0;
    fmt::print("{}{}\n", in_place ? kHomeAndClear : "", process::text(snapshot));
  }
  std::fflush(stdout);
}

shm::Session open(const std::string& name) {
  try {
    return shm::Session::open(name, true);
  } catch (const shm::SegmentError& error) {
    throw UsageError(error.what());
  }
}

bool over(const shm::Session& session) {
  return process::stop_signals() > 0 || !session.alive(shm::Role::supervisor);
}

void serve(const shm::Session& session, process::Monitor& monitor, std::uint16_t port) {
  process::MetricsServer server(port, [&] { return process::prometheus(monitor.take(shm::monotonic_ns())); });
  fmt::print(stderr, "http://127.0.0.1:{}/metrics\n", server.port());
  while (!over(session)) server.serve_for(100);
}

int top(const TopOptions& options) {
  const shm::Session session = open(session_to_watch(options.session));
  process::Monitor monitor(session);
  process::catch_stop_signals();
  if (options.prometheus_port) {
    serve(session, monitor, *options.prometheus_port);
    return 0;
  }
  for (;;) {
    print(monitor.take(shm::monotonic_ns()), options);
    if (options.once) return 0;
    for (double waited_s = 0; waited_s < options.interval_s; waited_s += 0.1) {
      if (over(session)) return 0;
      usleep(100'000);
    }
  }
}

}  // namespace

void add_top(CLI::App& app, Run& run) {
  auto options = std::make_shared<TopOptions>();
  CLI::App* command = app.add_subcommand(
      "top", "Shows a running session: rates, rings, latency by stage, restarts. It is only read.");
  command->add_option("session", options->session, "Its name (default: the only one that runs)");
  command->add_option("--interval", options->interval_s, "Seconds between two looks")
      ->check(number_in(0.1, 3600.0))
      ->capture_default_str();
  command->add_flag("--once", options->once, "Look once and end; rates are since the session's start");
  command->add_flag("--json", options->json, "One JSON object a look");
  command
      ->add_option("--prometheus", options->prometheus_port,
                   "Serve http://127.0.0.1:PORT/metrics instead, until the session ends (0: any free port)")
      ->type_name("PORT")
      ->excludes("--once")
      ->excludes("--json");
  command->callback([options, &run] { run = [options] { return top(*options); }; });
}

}  // namespace towfish::commands
