#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pipeline/bench/benches.hpp"

namespace towfish::bench {

namespace {

/// Pings of the shipped scenario; at this many pings a second a trial reads this much of the log.
constexpr double kPingRate_hz = 15;
constexpr const char* kScenario = "harbour-flat";
constexpr std::uint32_t kSamples = 2048;
constexpr double kBusySpeed = 20;

Figures replay(const Workshop& workshop, const PracticeLog& log, double speed,
               const process::PipelineSettings& settings) {
  return figures_of(
      run_towfish(workshop, {"replay", log.file.string(), "--speed", fmt::format("{}", speed)}, settings));
}

/// A log that lasts effort.seconds at this speed, but no longer than effort.pings.
PracticeLog log_for(const Workshop& workshop, const Effort& effort, double speed) {
  const double pings = std::min(effort.seconds * speed * kPingRate_hz, static_cast<double>(effort.pings));
  return record_log(workshop, kScenario, static_cast<std::uint64_t>(pings), kSamples);
}

Experiment rates(const Workshop& workshop, const Effort& effort) {
  Experiment experiment{
      "rates",   "Latency of a frame against the rate of pings (16 pings a frame, deadline 50 ms)",
      "pings/s", {"p50_ms", "p99_ms", "max_ms", "late"},
      "p99_ms",  {}};
  experiment.cases.push_back(
      {"live with simulator",
       "15",
       kPingRate_hz,
       [&workshop, effort] {
         return figures_of(
             run_towfish(workshop, {"live", "--duration", fmt::format("{}s", effort.seconds)}, {}));
       },
       {},
       {}});
  for (const double speed : {1.0, 4.0, 16.0, 64.0, 128.0, 256.0, 512.0, 1024.0}) {
    const PracticeLog log = log_for(workshop, effort, speed);
    experiment.cases.push_back({"replay",
                                fmt::format("{:g}", speed * kPingRate_hz),
                                speed * kPingRate_hz,
                                [&workshop, log, speed] { return replay(workshop, log, speed, {}); },
                                {},
                                {}});
  }
  return experiment;
}

Experiment frame_lengths(const Workshop& workshop, const PracticeLog& log) {
  Experiment experiment{"frame_lengths", "Latency of a frame against its length (300 pings/s)",
                        "pings/frame",   {"p50_ms", "p99_ms", "max_ms", "frames"},
                        "p50_ms",        {}};
  for (const std::uint32_t pings : {1U, 4U, 16U, 64U, 256U}) {
    process::PipelineSettings settings;
    settings.frame.pings = pings;
    experiment.cases.push_back(
        {"replay",
         std::to_string(pings),
         static_cast<double>(pings),
         [&workshop, log, settings] { return replay(workshop, log, kBusySpeed, settings); },
         {},
         {}});
  }
  return experiment;
}

Experiment realtime_settings(const Workshop& workshop, const PracticeLog& log) {
  Experiment experiment{"realtime", "Latency of a frame against real-time settings (300 pings/s)",
                        "setting",  {"p50_ms", "p99_ms", "p999_ms", "max_ms"},
                        "p99_ms",   {}};
  using process::RealtimeSettings;
  constexpr std::int32_t kPriority = 50;
  double x = 1;
  for (const auto& [label, realtime] :
       {std::pair{"none", RealtimeSettings{.detectors_apart = false}}, std::pair{"apart", RealtimeSettings{}},
        std::pair{"locked", RealtimeSettings{.detectors_apart = false, .lock_memory = true}},
        std::pair{"fifo", RealtimeSettings{.detectors_apart = false, .priority = kPriority}},
        std::pair{"all", RealtimeSettings{.priority = kPriority, .lock_memory = true}}}) {
    process::PipelineSettings settings;
    settings.realtime = realtime;
    experiment.cases.push_back(
        {label,
         label,
         x++,
         [&workshop, log, settings] { return replay(workshop, log, kBusySpeed, settings); },
         {},
         {}});
  }
  return experiment;
}

}  // namespace

std::vector<Experiment> latency_experiments(const Workshop& workshop, const Effort& effort) {
  const PracticeLog log = log_for(workshop, effort, kBusySpeed);
  return {rates(workshop, effort), frame_lengths(workshop, log), realtime_settings(workshop, log)};
}

}  // namespace towfish::bench
