#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "pipeline/bench/benches.hpp"
#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/number_in.hpp"
#include "pipeline/process/machine.hpp"
#include "pipeline/process/stop_signal.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

namespace {

struct BenchOptions {
  bench::Effort effort;
  std::string json;
  std::string pictures;
};

using Make = std::function<std::vector<bench::Experiment>(const bench::Workshop&, const bench::Effort&)>;

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  out.close();
  if (!out) throw UsageError(fmt::format("{}: cannot be written", file.string()));
}

int measure(const std::string& subject, const Make& make, const BenchOptions& options) {
  process::catch_stop_signals();
  if (!options.pictures.empty()) std::filesystem::create_directories(options.pictures);
  const bench::Workshop workshop;
  const process::Machine machine = process::this_machine();
  fmt::print("{}\n\n", process::text(machine));
  nlohmann::json report{
      {"bench", subject}, {"machine", process::json(machine)}, {"repetitions", options.effort.repetitions}};
  bool failed = false;
  for (bench::Experiment& experiment : make(workshop, options.effort)) {
    bench::run_interleaved(experiment, options.effort.repetitions);
    fmt::print("{}\n", bench::table(experiment));
    std::fflush(stdout);
    report["experiments"][experiment.name] = bench::json(experiment);
    if (!options.pictures.empty() && !experiment.plotted.empty())
      write(std::filesystem::path(options.pictures) / (experiment.name + ".svg"), bench::svg(experiment));
    for (const bench::Case& one : experiment.cases) failed = failed || !one.failure.empty();
  }
  if (subject == "modes") {
    const std::string handoff = bench::handoff_table();
    report["handoff"] = handoff;
    fmt::print("{}\n", handoff);
  }
  if (!options.json.empty()) write(options.json, report.dump(2) + "\n");
  return failed ? 1 : 0;
}

}  // namespace

void add_bench(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("bench", "Measures this machine; run it on a calm one.");
  command->require_subcommand(1);
  auto options = std::make_shared<BenchOptions>();
  const auto add = [&](const std::string& subject, const std::string& description, Make make) {
    CLI::App* one = command->add_subcommand(subject, description);
    one->add_option("--repetitions", options->effort.repetitions, "Of every trial, interleaved")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    one->add_option("--seconds", options->effort.seconds, "Length of a trial of latency")
        ->check(number_in(1.0, 3600.0))
        ->capture_default_str();
    one->add_option("--pings", options->effort.pings, "Length of the log that is replayed")
        ->check(CLI::Range(std::uint64_t{100}, std::uint64_t{1'000'000}))
        ->capture_default_str();
    one->add_option("--json", options->json, "File for all figures of all repetitions");
    one->add_option("--pictures", options->pictures, "Folder for curves as SVG");
    one->callback([subject, make = std::move(make), options, &run] {
      run = [subject, make, options] { return measure(subject, make, *options); };
    });
  };
  add("latency", "Rates up to the knee, frame lengths, real-time settings.", bench::latency_experiments);
  add("throughput", "Replay as fast as possible: samples per ping, frame lengths.",
      bench::throughput_experiments);
  add("modes", "Sequential, threads and processes; hand-off between processes.", bench::modes_experiments);
  add("batch", "One worker and one a core: 40 logs, and one that is 60 times --pings long (7 GB).",
      bench::batch_experiments);
  add("peer", "The same work in Python beside it (needs python3-opencv).", bench::peer_experiments);
}

}  // namespace towfish::commands
