#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/pipeline_options.hpp"
#include "pipeline/contacts/escape.hpp"
#include "pipeline/process/run.hpp"
#include "pipeline/source/pacer.hpp"

namespace towfish::commands {

namespace {

struct ReplayOptions {
  PipelineOptions pipeline;
  std::vector<std::string> logs;
  std::string speed = "1";
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
  process::RunSettings settings = read_settings(options.pipeline, "replay.yaml", process::Mode::replay);
  settings.speed = parse_speed(options.speed);
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
  command->add_option("logs", options->logs, "Recorded logs, in order, as one survey")->required();
  command->add_option("--speed", options->speed, "Times real time, or max: as fast as possible")
      ->capture_default_str();
  add_options(*command, options->pipeline, "replay");
  command->callback([options, &run] { run = [options] { return replay(*options); }; });
}

}  // namespace towfish::commands
