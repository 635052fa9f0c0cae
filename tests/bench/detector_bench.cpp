// Topology: one detector of one side, one thread, frames of 16 pings x 2048 samples of a simulated flat
// bottom in memory; 75 m range, so 2 samples a cell. The default set, and each algorithm by itself. Not in
// ctest.

#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "detectors/registry.hpp"

namespace {

using namespace towfish;

constexpr std::size_t kPings = 1024;
constexpr std::size_t kFramePings = 16;
constexpr std::uint32_t kSamples = 2048;

struct Survey {
  std::vector<Ping> pings = std::vector<Ping>(kPings);
  std::vector<std::uint16_t> samples = std::vector<std::uint16_t>(kPings * kSamples);
  TraceGeometry geometry{kSamples, 0.0F, 75.0F / kSamples, 600.0F, 1.0F};

  Survey() {
    std::mt19937 random(1);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const double mean = i % kSamples < 200 ? 20 : 900;
      const double uniform = (static_cast<double>(random()) + 1.0) / 4294967297.0;
      samples[i] = static_cast<std::uint16_t>(mean * std::sqrt(-std::log(uniform)));
    }
    for (auto& ping : pings) {
      ping.speed_mps = 2.0F;
      ping.interval_s = 0.1F;
    }
  }
  // Frame `number` of an endless survey that repeats these pings under rising numbers.
  FrameView frame(std::uint64_t number) {
    const std::size_t first = number * kFramePings % kPings;
    for (std::size_t i = 0; i < kFramePings; ++i) pings[first + i].number = number * kFramePings + i;
    FrameView view;
    view.header.geometry = geometry;
    view.header.pings = kFramePings;
    view.pings = std::span(pings).subspan(first, kFramePings);
    view.samples = std::span(samples).subspan(first * kSamples, kFramePings * kSamples);
    return view;
  }
};

void detect(benchmark::State& state, const DetectorSettings& settings) {
  static Survey survey;
  const auto detector = make_detector(settings, Side::port);
  std::vector<Detection> room(1024);
  std::uint64_t number = 0;
  for (; number < 64; ++number) {
    DetectionList list(room);
    detector->process(survey.frame(number), list);
  }
  for (auto _ : state) {
    DetectionList list(room);
    detector->process(survey.frame(number++), list);
    benchmark::DoNotOptimize(list.items().data());
  }
  state.counters["Msamples/s"] = benchmark::Counter(
      static_cast<double>(kFramePings * kSamples) * 1e-6 * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
}

void DefaultSet(benchmark::State& state) {
  detect(state, {});
}

void OneAlgorithm(benchmark::State& state, std::size_t which) {
  DetectorSettings settings;
  settings.algorithms = {settings.algorithms[which]};
  state.SetLabel(settings.algorithms[0].name);
  detect(state, settings);
}

BENCHMARK(DefaultSet);
BENCHMARK_CAPTURE(OneAlgorithm, highlight_shadow, 0);
BENCHMARK_CAPTURE(OneAlgorithm, cfar, 1);
BENCHMARK_CAPTURE(OneAlgorithm, matched_filter, 2);

}  // namespace

BENCHMARK_MAIN();
