#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/log_options.hpp"
#include "pipeline/commands/outputs.hpp"
#include "pipeline/commands/scenario_log.hpp"
#include "pipeline/logs/xtf_writer.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {
namespace {

constexpr int kInterrupted = 130;

std::atomic<bool> interrupted{false};

struct ConvertOptions {
  std::string log;
  std::string out;
  std::string from;
  std::string to;
  std::uint32_t repeat = 1;
  LogArguments arguments;
};

struct Span {
  std::uint64_t first = 0;
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
};

/// Time that the whole span takes, so that the next repetition follows on.
struct Clock {
  std::int64_t first_ns = kUnknownTime;
  std::int64_t last_ns = kUnknownTime;
  float interval_s = 0;
  void add(const Ping& ping) {
    if (ping.time_utc_ns == kUnknownTime) return;
    if (first_ns == kUnknownTime) first_ns = ping.time_utc_ns;
    last_ns = std::max(last_ns, ping.time_utc_ns);
    if (ping.interval_s > 0) interval_s = ping.interval_s;
  }
  [[nodiscard]] std::int64_t period_ns() const {
    return first_ns == kUnknownTime ? 0 : last_ns - first_ns + static_cast<std::int64_t>(interval_s * 1e9F);
  }
};

int convert(const ConvertOptions& options) {
  refuse_overwriting({{"out", options.out}}, {options.log});
  const auto log = is_scenario(options.log) ? open_scenario(options.log)
                                            : open_log(options.log, options.arguments.parsed());
  Span span;
  if (!options.from.empty()) span.first = parse_place(options.from, "--from", *log);
  if (!options.to.empty()) span.end = parse_place(options.to, "--to", *log);
  XtfWriter writer(options.out, log->description().sonar);
  Progress progress("converting", *log);
  std::signal(SIGINT, [](int) { interrupted = true; });

  std::vector<std::uint16_t> port;
  std::vector<std::uint16_t> starboard;
  Clock clock;
  std::uint64_t written = 0;
  for (std::uint32_t pass = 0; pass < options.repeat && !interrupted; ++pass) {
    const std::int64_t later_ns = pass * clock.period_ns();
    log->seek(span.first);
    while (const PingPair* current = log->next()) {
      if (current->ping.number >= span.end || interrupted) break;
      PingPair pair = *current;
      port.resize(pair.geometry[index(Side::port)].samples);
      starboard.resize(pair.geometry[index(Side::starboard)].samples);
      if (!port.empty()) log->read_trace(Side::port, port);
      if (!starboard.empty()) log->read_trace(Side::starboard, starboard);
      if (pass == 0) clock.add(pair.ping);
      if (pair.ping.time_utc_ns != kUnknownTime) pair.ping.time_utc_ns += later_ns;
      pair.ping.number = written++;
      writer.write(pair, port, starboard);
      progress.ping();
    }
  }
  writer.close();
  if (written == 0 && !interrupted) {
    std::filesystem::remove(options.out);
    throw UsageError(options.log + ": no ping lies in the span asked for");
  }
  for (const Fault& fault : log->faults()) {
    spdlog::warn("{}: {} {}, first at {}", options.log, fault.count, fault.kind, fault.first_at);
  }
  spdlog::info("{}: {} pings written{}", options.out, written, interrupted ? " before the interruption" : "");
  return interrupted ? kInterrupted : 0;
}

}  // namespace

void add_convert(CLI::App& app, Run& run) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App* command =
      app.add_subcommand("convert", "Writes any readable log as XTF; samples are kept exactly.");
  command->add_option("log", options->log, "Recorded log of any format")->required();
  command->add_option("out", options->out, "XTF file to write")->required();
  command->add_option("--from", options->from, "First ping: a number from 0, or a UTC time");
  command->add_option("--to", options->to, "Ping before which to stop: a number, or a UTC time");
  command->add_option("--repeat", options->repeat, "Write it so many times in a row, time going on")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  options->arguments.add_to(*command);
  command->callback([options, &run] { run = [options] { return convert(*options); }; });
}

}  // namespace towfish::commands
