#include <benchmark/benchmark.h>

#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/settings/settings.hpp"
#include "sim/sidescan.hpp"

/// What the simulated sonar costs, one thread, one source: pings made one after the other from the first on.
/// `core_percent` is the time a ping takes as a share of the interval between pings at the scenario's rate.
namespace {

void emit_pings(benchmark::State& state, const std::string& name) {
  towfish::Scenario scenario;
  towfish::settings::read(
      std::filesystem::path(TOWFISH_SOURCE_DIR) / "config" / "scenarios" / (name + ".yaml"), scenario);
  towfish::Sidescan source(scenario);
  std::vector<std::uint16_t> row(static_cast<std::size_t>(scenario.sonar.samples));
  double pings = 0;
  double samples = 0;
  const std::clock_t start = std::clock();
  for (auto _ : state) {
    const towfish::PingPair* pair = source.next();
    if (pair == nullptr) {
      source.seek(0);
      pair = source.next();
    }
    for (const towfish::Side side : towfish::kSides) {
      if (pair->geometry[towfish::index(side)].samples == 0) continue;
      source.read_trace(side, row);
      samples += static_cast<double>(row.size());
    }
    benchmark::DoNotOptimize(row.data());
    ++pings;
  }
  const double busy_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  state.counters["Msamples/s"] = samples / 1e6 / busy_s;
  state.counters["core_percent"] = 100 * busy_s / (pings * source.ping_interval_s());
}

}  // namespace

int main(int argc, char** argv) {
  for (const char* name : {"harbour-flat", "sand-ripples", "rocky", "mixed-survey", "faulty", "stress"}) {
    benchmark::RegisterBenchmark(name, emit_pings, name)->Unit(benchmark::kMicrosecond)->MinTime(2);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
