#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "pipeline/commands/commands.hpp"
#include "pipeline/process/machine.hpp"

namespace towfish::commands {

namespace {

struct WakeUps {
  std::string policy;
  bool allowed = false;
  double p50_us = 0;
  double p99_us = 0;
  double max_us = 0;
};

WakeUps measure(int priority) {
  constexpr int kWakes = 1000;
  const auto lateness = std::make_unique<latency::Histogram>();
  WakeUps result;
  result.policy = priority > 0 ? "SCHED_FIFO" : "SCHED_OTHER";
  result.allowed = process::measure_wake_ups(kWakes, priority, *lateness);
  result.p50_us = static_cast<double>(lateness->at_quantile(0.5)) * 1e-3;
  result.p99_us = static_cast<double>(lateness->at_quantile(0.99)) * 1e-3;
  result.max_us = static_cast<double>(lateness->max_ns()) * 1e-3;
  return result;
}

nlohmann::json json(const process::Machine& machine, const std::vector<process::Finding>& findings,
                    const std::vector<WakeUps>& wake_ups) {
  nlohmann::json report{{"machine", process::json(machine)}};
  report["findings"] = nlohmann::json::array();
  for (const process::Finding& finding : findings) {
    report["findings"].push_back({{"about", finding.about},
                                  {"found", finding.found},
                                  {"good", finding.good},
                                  {"advice", finding.advice}});
  }
  for (const WakeUps& wakes : wake_ups) {
    if (!wakes.allowed) continue;
    report["wake_up_lateness_us"][wakes.policy] = {
        {"p50", wakes.p50_us}, {"p99", wakes.p99_us}, {"max", wakes.max_us}};
  }
  return report;
}

void print(const process::Machine& machine, const std::vector<process::Finding>& findings,
           const std::vector<WakeUps>& wake_ups) {
  fmt::print("{}\n\n", process::text(machine));
  for (const process::Finding& finding : findings) {
    fmt::print("{:<4} {:<22}{}\n", finding.good ? "ok" : "!", finding.about, finding.found);
    if (!finding.advice.empty()) fmt::print("{:27}-> {}\n", "", finding.advice);
  }
  fmt::print("\n{:<22}{:>10}{:>10}{:>10}\n", "wake-up lateness, us", "p50", "p99", "max");
  for (const WakeUps& wakes : wake_ups) {
    if (wakes.allowed)
      fmt::print("{:<22}{:>10.1f}{:>10.1f}{:>10.1f}\n", wakes.policy, wakes.p50_us, wakes.p99_us,
                 wakes.max_us);
  }
}

}  // namespace

void add_doctor(CLI::App& app, Run& run) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("doctor", "Says how punctual this machine can be, and what would help (2 s).");
  command->add_flag("--json", *as_json, "One JSON object");
  command->callback([as_json, &run] {
    run = [as_json] {
      const process::Machine machine = process::this_machine();
      const std::vector<process::Finding> findings = process::examine_machine();
      const std::vector<WakeUps> wake_ups{measure(0), measure(50)};
      if (*as_json) {
        fmt::print("{}\n", json(machine, findings, wake_ups).dump(2));
      } else {
        print(machine, findings, wake_ups);
      }
      return 0;
    };
  });
}

}  // namespace towfish::commands
