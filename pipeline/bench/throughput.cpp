#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "pipeline/bench/benches.hpp"

namespace towfish::bench {

namespace {

constexpr const char* kScenario = "harbour-flat";
constexpr std::uint32_t kSamples = 2048;

/// Replays as fast as possible; adds how much that was of what.
Figures replay_at_once(const Workshop& workshop, const PracticeLog& log,
                       const process::PipelineSettings& settings, const std::string& mode = "processes") {
  const nlohmann::json summary =
      run_towfish(workshop, {"replay", log.file.string(), "--speed", "max", "--mode", mode}, settings);
  Figures figures = figures_of(summary);
  const double wall_s = summary.at("duration_s");
  const double samples = 2.0 * static_cast<double>(log.pings) * log.samples;
  const auto& work = summary.at("work");
  figures["wall_s"] = wall_s;
  figures["realtime_x"] = log.seconds / wall_s;
  figures["msamples_per_s"] = samples * 1e-6 / wall_s;
  const auto rate = [&](const char* role, double share) {
    if (!work.contains(role)) return;
    figures[fmt::format("{}_msamples_per_s", role)] =
        share * samples * 1e-6 / work.at(role).at("busy_s").get<double>();
  };
  rate("source", 1);
  rate("port-detector", 0.5);
  rate("fusion", 1);
  return figures;
}

Experiment trace_lengths(const Workshop& workshop, const Effort& effort) {
  Experiment experiment{"samples_per_ping",
                        "Replay as fast as possible against the length of a trace (16 pings a frame)",
                        "samples",
                        {"realtime_x", "msamples_per_s", "source_msamples_per_s",
                         "port-detector_msamples_per_s", "fusion_msamples_per_s", "detector_busy_percent"},
                        "msamples_per_s",
                        {}};
  for (const std::uint32_t samples : {512U, 1024U, 2048U, 4096U, 8192U}) {
    // The same amount of samples for all, so that what a run costs at its start and end weighs the same.
    const std::uint64_t pings = std::max<std::uint64_t>(effort.pings * kSamples / samples / 2, 200);
    const PracticeLog log = record_log(workshop, kScenario, pings, samples);
    process::PipelineSettings settings;
    settings.frame.samples = samples;
    experiment.cases.push_back(
        {"processes",
         std::to_string(samples),
         static_cast<double>(samples),
         [&workshop, log, settings] { return replay_at_once(workshop, log, settings); },
         {},
         {}});
  }
  return experiment;
}

Experiment frame_lengths(const Workshop& workshop, const PracticeLog& log) {
  Experiment experiment{"frame_length",
                        "Replay as fast as possible against the length of a frame",
                        "pings/frame",
                        {"realtime_x", "msamples_per_s", "port-detector_msamples_per_s",
                         "fusion_msamples_per_s", "detector_busy_percent"},
                        "realtime_x",
                        {}};
  for (const std::uint32_t pings : {1U, 4U, 16U, 64U, 256U}) {
    process::PipelineSettings settings;
    settings.frame.pings = pings;
    experiment.cases.push_back(
        {"processes",
         std::to_string(pings),
         static_cast<double>(pings),
         [&workshop, log, settings] { return replay_at_once(workshop, log, settings); },
         {},
         {}});
  }
  return experiment;
}

PracticeLog log_of(const Workshop& workshop, const Effort& effort) {
  return record_log(workshop, kScenario, effort.pings, kSamples);
}

}  // namespace

std::vector<Experiment> throughput_experiments(const Workshop& workshop, const Effort& effort) {
  return {trace_lengths(workshop, effort), frame_lengths(workshop, log_of(workshop, effort))};
}

std::vector<Experiment> modes_experiments(const Workshop& workshop, const Effort& effort) {
  const PracticeLog log = log_of(workshop, effort);
  Experiment small_to_large{"modes",       "Sequential, threads and processes: one log as fast as possible",
                            "pings/frame", {"wall_s", "realtime_x", "msamples_per_s"},
                            "realtime_x",  {}};
  Experiment input{
      "input", "A log in the page cache (CPU-bound) and one that must be read from disk (16 pings a frame)",
      "from",  {"wall_s", "realtime_x", "msamples_per_s"},
      "",      {}};
  for (const char* mode : {"sequential", "threads", "processes"}) {
    for (const std::uint32_t pings : {1U, 4U, 16U, 64U, 256U}) {
      process::PipelineSettings settings;
      settings.frame.pings = pings;
      small_to_large.cases.push_back(
          {mode,
           std::to_string(pings),
           static_cast<double>(pings),
           [&workshop, log, settings, mode] { return replay_at_once(workshop, log, settings, mode); },
           {},
           {}});
    }
    for (const bool cold : {false, true}) {
      input.cases.push_back({mode,
                             cold ? "disk" : "cache",
                             cold ? 2.0 : 1.0,
                             [&workshop, log, mode, cold] {
                               if (cold) forget_pages(log.file);
                               return replay_at_once(workshop, log, {}, mode);
                             },
                             {},
                             {}});
    }
  }
  return {std::move(small_to_large), std::move(input)};
}

}  // namespace towfish::bench
