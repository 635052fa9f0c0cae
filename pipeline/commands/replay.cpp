#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/duration.hpp"
#include "pipeline/commands/log_options.hpp"
#include "pipeline/commands/pipeline_options.hpp"
#include "pipeline/contacts/escape.hpp"
#include "pipeline/process/run.hpp"
#include "pipeline/source/excerpt.hpp"
#include "pipeline/source/pacer.hpp"

namespace towfish::commands {

namespace {

struct ReplayOptions {
  PipelineOptions pipeline;
  std::vector<std::string> logs;
  std::string speed = "1";
  std::string max_gap;
  source::Wanted wanted;
  LogArguments log;
};

double parse_speed(const std::string& text) {
  if (text == "max") return source::Pacer::kUnpaced;
  double speed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
  if (error != std::errc() || end != text.data() + text.size() || !(speed > 0 && speed <= 1e6)) {
    throw UsageError(fmt::format("--speed '{}': wanted max, or a number above 0 and up to 1000000", text));
  }
  return speed;
}

int replay(const ReplayOptions& options) {
  if (options.logs.empty() && !options.pipeline.print_config) {
    throw UsageError("logs: none named; say which recorded logs to replay, as 'towfish replay --help' shows");
  }
  process::RunSettings settings = read_settings(options.pipeline, "replay.yaml", process::Mode::replay);
  settings.speed = parse_speed(options.speed);
  // Nobody waits for a frame, and each turn taken early costs a switch: 7 % of the throughput.
  if (settings.speed == source::Pacer::kUnpaced) settings.pipeline.realtime.slice_us = 0;
  if (!options.max_gap.empty()) settings.pipeline.max_gap_s = parse_duration_s(options.max_gap);
  source::check(options.wanted);
  settings.from = options.wanted.from;
  settings.to = options.wanted.to;
  settings.loop = options.wanted.loop;
  settings.reading = options.log.choices;
  (void)settings.reading.options();
  for (const std::string& log : options.logs) {
    if (!escape::is_utf8(log)) {
      throw InputError(
          fmt::format("{}: its name is not UTF-8, so it cannot be told to the roles; rename it", log));
    }
    settings.logs.push_back({std::filesystem::absolute(log).string()});
  }
  return run_or_print(options.pipeline, settings);
}

}  // namespace

void add_replay(CLI::App& app, Run& run) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command =
      app.add_subcommand("replay", "Finds objects in recorded logs; every frame is processed.");
  command->add_option("logs", options->logs, "Recorded logs, in order, as one survey");
  command->add_option("--speed", options->speed, "Times real time, or max: as fast as possible")
      ->capture_default_str();
  command->add_option("--from", options->wanted.from,
                      "First ping: a number from 0 in the survey, or a UTC time");
  command->add_option("--to", options->wanted.to, "Ping before which to stop: a number, or a UTC time");
  command->add_flag("--loop", options->wanted.loop,
                    "Begin again at the end, pings and time going on, until Ctrl-C");
  command->add_option("--max-gap", options->max_gap,
                      "Longer pauses in the recording are cut to this, such as 2s (default: max_gap_s of the "
                      "configuration)");
  options->log.add_to(*command);
  add_options(*command, options->pipeline, "replay");
  command->callback([options, &run] { run = [options] { return replay(*options); }; });
}

}  // namespace towfish::commands
