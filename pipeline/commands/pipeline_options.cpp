#include "pipeline/commands/pipeline_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "pipeline/commands/outputs.hpp"
#include "pipeline/nats/nats.hpp"
#include "pipeline/process/run.hpp"
#include "pipeline/shore/outbox.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

void add_options(CLI::App& command, PipelineOptions& options, const std::string& mode) {
  command.add_option("--config", options.config,
                     fmt::format("Configuration (default: config/{}.yaml)", mode));
  add_detector_option(command, options);
  command.add_option(
      "--out", options.out,
      fmt::format("Folder for the results (default: out/{}); an earlier run's are replaced", mode));
  command.add_option("--session", options.session,
                     "Name of the session (default: made from the process number)");
  command.add_option("--mode", options.execution, "How the roles run; all three report the same contacts")
      ->check(CLI::IsMember({"processes", "threads", "sequential"}))
      ->capture_default_str();
  command.add_flag("--dashboard", options.dashboard, "Serve a page for people; its address is printed");
  command.add_option("--dashboard-port", options.dashboard_port, "Its port (default: one that is free)");
  command.add_flag("--hold", options.hold, "Keep the dashboard after the run, until Ctrl-C");
  command.add_option(
      "--publish", options.publish,
      "Send contacts and health to the shore through this NATS server, nats://HOST:4222; best a "
      "leaf node on the vehicle (docs/shore.md)");
  command.add_option("--vehicle", options.vehicle, "Its name on shore (default: the machine's)");
  command.add_option("--latency-csv", options.latency_csv, "File for what every frame waited for, as CSV");
  command.add_option("--trace", options.trace,
                     "File for the same as a trace that ui.perfetto.dev and chrome://tracing open");
  command.add_flag("--print-config", options.print_config,
                   "Print what would be in force, documented, and end");
}

void add_detector_option(CLI::App& command, PipelineOptions& options) {
  command.add_option("--detector", options.detector,
                     "How to look: a name in config/detectors, or a file (default: the configuration's)");
}

namespace {

void choose_shore(const PipelineOptions& options, process::ShoreSettings& shore) {
  if (!options.publish.empty()) shore.servers = options.publish;
  if (!options.vehicle.empty()) shore.vehicle = options.vehicle;
  if (!shore.vehicle.empty() && !shore::is_vehicle_name(shore.vehicle)) {
    throw UsageError(fmt::format("vehicle '{}': wanted 1 to 32 letters, digits, - and _", shore.vehicle));
  }
  if (shore.servers.empty()) return;
  nats::require();
  for (std::string* file : {&shore.credentials, &shore.ca, &shore.certificate, &shore.key}) {
    if (!file->empty()) *file = std::filesystem::absolute(*file).string();
  }
}

}  // namespace

process::RunSettings read_settings(const PipelineOptions& options, const std::string& default_file,
                                   process::Mode mode) {
  process::RunSettings settings;
  settings.mode = mode;
  for (const auto& [name, execution] : process::kExecutions) {
    if (name == options.execution) settings.execution = execution;
  }
  const std::string label(
      settings::label(mode, std::span<const settings::Choice<process::Mode>>(process::kModes)));
  settings.out = std::filesystem::absolute(options.out.empty() ? "out/" + label : options.out).string();
  if (!options.latency_csv.empty())
    settings.latency_csv = std::filesystem::absolute(options.latency_csv).string();
  if (!options.trace.empty()) settings.trace = std::filesystem::absolute(options.trace).string();
  settings::read(options.config.empty() ? process::config_folder() / default_file
                                        : std::filesystem::path(options.config),
                 settings.pipeline);
  settings.dashboard = options.dashboard || options.dashboard_port || options.hold;
  settings.hold = options.hold;
  if (options.dashboard_port) settings.pipeline.dashboard.port = *options.dashboard_port;
  choose_shore(options, settings.pipeline.shore);
  if (!options.detector.empty()) settings.pipeline.detector = options.detector;
  process::read_detector(settings.pipeline.detector, settings.detector);
  return settings;
}

namespace {

void check_outputs(const process::RunSettings& settings) {
  const std::vector<Output> outputs{
      {"--latency-csv", settings.latency_csv}, {"--trace", settings.trace}, {"--record", settings.record}};
  std::vector<std::string> kept{settings.out + "/contacts.gpkg"};
  for (const process::LogPath& log : settings.logs) kept.push_back(log.path);
  refuse_overwriting(outputs, kept);
  if (settings.record == settings.out + "/contacts.gpkg")
    throw UsageError(fmt::format("--record {}: is where contacts go; name another file", settings.record));
  std::error_code told_later;
  std::filesystem::create_directories(settings.out, told_later);  // They may be meant to lie in it.
  require_writable(outputs);
}

}  // namespace

int run_or_print(const PipelineOptions& options, const process::RunSettings& settings) {
  if (options.print_config) {
    std::cout << "# The pipeline (as config/live.yaml and config/replay.yaml)\n";
    settings::print(std::cout, settings.pipeline);
    std::cout << "---\n# The detector (as config/detectors/*.yaml)\n";
    settings::print(std::cout, settings.detector);
    if (settings.mode == process::Mode::live) {
      std::cout << "---\n# The scenario (as config/scenarios/*.yaml)\n";
      settings::print(std::cout, settings.scenario);
    }
    return 0;
  }
  check_outputs(settings);
  shore::collect_leftovers(settings.out);
  const std::string label(
      settings::label(settings.mode, std::span<const settings::Choice<process::Mode>>(process::kModes)));
  return process::run_pipeline(
      settings, options.session.empty() ? fmt::format("{}-{}", label, getpid()) : options.session);
}

}  // namespace towfish::commands
