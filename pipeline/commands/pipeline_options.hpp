#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pipeline/process/settings.hpp"

namespace CLI {
class App;
}

namespace towfish::commands {

/// The options that live and replay share.
struct PipelineOptions {
  std::string config;
  std::string detector;
  std::string out;
  std::string session;
  std::string latency_csv;
  std::string trace;
  std::string execution = "processes";
  bool print_config = false;
  bool dashboard = false;
  bool hold = false;
  std::optional<std::uint16_t> dashboard_port;
  std::string publish;
  std::string vehicle;
};

void add_options(CLI::App& command, PipelineOptions& options, const std::string& mode);
/// How to look, which batch has as well.
void add_detector_option(CLI::App& command, PipelineOptions& options);

/// The settings that the configuration file and the options come to, detector file included, logs and
/// scenario not.
process::RunSettings read_settings(const PipelineOptions& options, const std::string& default_file,
                                   process::Mode mode);

/// Runs the pipeline, or prints what is in force when that was asked for. Exit status.
int run_or_print(const PipelineOptions& options, const process::RunSettings& settings);

}  // namespace towfish::commands
