#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/duration.hpp"
#include "pipeline/commands/pipeline_options.hpp"
#include "pipeline/process/run.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

namespace {

constexpr double kLongest_s = 1e9;

struct LiveOptions {
  PipelineOptions pipeline;
  std::string scenario;
  std::string duration;
  std::string record;
};

int live(const LiveOptions& options) {
  process::RunSettings settings = read_settings(options.pipeline, "live.yaml", process::Mode::live);
  if (!options.scenario.empty()) settings.pipeline.scenario = options.scenario;
  settings::read(process::named_file("scenarios", settings.pipeline.scenario), settings.scenario);
  if (!options.duration.empty()) {
    settings.duration_s = parse_duration_s(options.duration);
    if (!(settings.duration_s > 0 && settings.duration_s <= kLongest_s)) {
      throw UsageError(fmt::format("--duration '{}': wanted more than 0 and at most {:g} s", options.duration,
                                   kLongest_s));
    }
  }
  if (!options.record.empty()) settings.record = std::filesystem::absolute(options.record).string();
  return run_or_print(options.pipeline, settings);
}

}  // namespace

void add_live(CLI::App& app, Run& run) {
  auto options = std::make_shared<LiveOptions>();
  CLI::App* command = app.add_subcommand("live", "Finds objects while the simulated sonar is swimming.");
  command->add_option("--scenario", options->scenario,
                      "What is simulated: a name in config/scenarios, or a YAML file");
  command->add_option("--duration", options->duration,
                      "How long, such as 20s, 5m or 1h (default: the whole survey)");
  command->add_option("--record", options->record, "Keep what is emitted as this XTF file, to be replayed");
  add_options(*command, options->pipeline, "live");
  command->callback([options, &run] { run = [options] { return live(*options); }; });
}

}  // namespace towfish::commands
