// Detections fused per second on one core, in memory and with the store that commits every pair of frames.

#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <random>
#include <vector>

#include "pipeline/contacts/store.hpp"
#include "pipeline/fusion/fusion.hpp"
#include "pipeline/fusion/fusion_state.hpp"

namespace towfish {
namespace {

constexpr std::uint64_t kPingsPerFrame = 64;
constexpr double kPingSpacingM = 0.2;
constexpr double kLineM = 1000;
constexpr double kLineSpacingM = 60;
constexpr int kDetectionsPerSide = 8;

/// A lawn-mower survey without end, with detections at random: far more clutter than any sonar gives.
class EndlessSurvey {
 public:
  struct Pair {
    FrameReport report;
    std::vector<Detection> detections[2];
  };

  const Pair& next(std::uint64_t sequence) {
    pair_.report = {};
    pair_.report.frame.pings = kPingsPerFrame;
    pair_.report.frame.geometry = {1000, 0, 0.05F, 600, 1};
    pair_.report.altitude_m = 10;
    pair_.report.first = ping(sequence * kPingsPerFrame);
    pair_.report.last = ping((sequence + 1) * kPingsPerFrame - 1);
    for (const Side side : kSides) {
      auto& detections = pair_.detections[index(side)];
      detections.clear();
      for (int i = 0; i < kDetectionsPerSide; ++i) detections.push_back(detection(sequence, side));
    }
    return pair_;
  }

 private:
  Ping ping(std::uint64_t number) {
    const double along = static_cast<double>(number) * kPingSpacingM;
    const double line = std::floor(along / kLineM);
    const bool back = std::fmod(line, 2) != 0;
    const double on_line = along - line * kLineM;
    const Position position = plane_.to_position({line * kLineSpacingM, back ? kLineM - on_line : on_line});
    Ping p;
    p.number = number;
    p.time_utc_ns = static_cast<std::int64_t>(number) * 100'000'000;
    p.latitude_deg = position.latitude_deg;
    p.longitude_deg = position.longitude_deg;
    p.heading_deg = back ? 180 : 0;
    p.speed_mps = 2;
    p.interval_s = 0.1F;
    p.altitude_m = 10;
    p.pitch_deg = 0;
    return p;
  }

  Detection detection(std::uint64_t sequence, Side side) {
    Detection d;
    const std::uint64_t first = sequence * kPingsPerFrame;
    d.at = ping(first + random_() % kPingsPerFrame);
    d.ping = d.at.number;
    d.first_ping = std::max(first, d.ping - std::min<std::uint64_t>(d.ping, 2));
    d.last_ping = std::min(first + kPingsPerFrame - 1, d.ping + 2);
    const auto middle = static_cast<std::uint32_t>(300 + random_() % 650);
    d.highlight_first_sample = middle - 4;
    d.highlight_last_sample = d.sample = middle + 4;
    d.shadow_last_sample = middle + 25;
    d.slant_range_m = static_cast<float>(middle) * 0.05F;
    d.altitude_m = 10;
    d.length_m = 1;
    d.llr = static_cast<float>(random_() % 600) / 100;
    d.contact_class = ContactClass::milco;
    d.side = side;
    return d;
  }

  LocalPlane plane_{{58, 11}};
  std::mt19937 random_{1};
  Pair pair_;
};

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

constexpr std::int64_t kWanted = 1'000'000;
constexpr std::uint64_t kPairs = kWanted / (2 * kDetectionsPerSide);

void InMemory(benchmark::State& state) {
  for (auto _ : state) {
    EndlessSurvey survey;
    FusionState fusion({});
    for (std::uint64_t sequence = 0; sequence < kPairs; ++sequence) {
      state.PauseTiming();
      const auto& pair = survey.next(sequence);
      state.ResumeTiming();
      for (const Side side : kSides) {
        fusion.take(sequence, side, {pair.report, pair.detections[index(side)], {}});
      }
    }
    fusion.finish();
    state.counters["contacts"] = static_cast<double>(fusion.book().contacts());
    state.counters["resightings"] = static_cast<double>(fusion.counts().resightings);
  }
  state.SetItemsProcessed(state.iterations() * kWanted);
  state.counters["peak_MiB"] = peak_mib();
}
BENCHMARK(InMemory)->Unit(benchmark::kSecond)->Iterations(1);

void WithStore(benchmark::State& state) {
  const auto file =
      std::filesystem::temp_directory_path() / ("fusion-bench-" + std::to_string(::getpid()) + ".gpkg");
  for (auto _ : state) {
    EndlessSurvey survey;
    Store store(file, Store::Mode::write);
    Fusion fusion({}, store);
    for (std::uint64_t sequence = 0; sequence < kPairs; ++sequence) {
      state.PauseTiming();
      const auto& pair = survey.next(sequence);
      const FrameReportView port{pair.report, pair.detections[0], {}};
      const FrameReportView starboard{pair.report, pair.detections[1], {}};
      state.ResumeTiming();
      fusion.fuse(sequence, &port, &starboard);
    }
    fusion.finish();
    state.counters["contacts"] = static_cast<double>(fusion.counters().contacts);
  }
  std::filesystem::remove(file);
  state.SetItemsProcessed(state.iterations() * kWanted);
  state.counters["peak_MiB"] = peak_mib();
}
BENCHMARK(WithStore)->Unit(benchmark::kSecond)->Iterations(1);

/// One pair without detections, and one with a single one: what it costs to be safe from a kill.
void CommitOfOnePair(benchmark::State& state) {
  const auto file =
      std::filesystem::temp_directory_path() / ("commit-bench-" + std::to_string(::getpid()) + ".gpkg");
  {
    EndlessSurvey survey;
    Store store(file, Store::Mode::write);
    Fusion fusion({}, store);
    std::uint64_t sequence = 0;
    for (auto _ : state) {
      state.PauseTiming();
      const auto& pair = survey.next(sequence);
      const auto count = static_cast<std::size_t>(state.range(0));
      const FrameReportView port{pair.report, std::span(pair.detections[0]).first(count), {}};
      const FrameReportView starboard{pair.report, {}, {}};
      state.ResumeTiming();
      fusion.fuse(sequence++, &port, &starboard);
    }
  }
  std::filesystem::remove(file);
}
BENCHMARK(CommitOfOnePair)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond)->Iterations(5000);

}  // namespace
}  // namespace towfish

BENCHMARK_MAIN();
