#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>

#include "pipeline/latency/frame_log.hpp"
#include "pipeline/latency/stages.hpp"
#include "pipeline/latency/stamp.hpp"

/// What measuring latency costs a frame of one side: five stamps and one record; with a log of frames, one
/// add.
namespace towfish::latency {
namespace {

void stamp(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(stamp_ns());
}
BENCHMARK(stamp);

void record(benchmark::State& state) {
  const auto block = std::make_unique<LatencyBlock>();
  std::uint64_t sequence = 0;
  StageTimes times{};
  for (auto _ : state) {
    ++sequence;
    for (std::size_t i = 0; i < kStages; ++i)
      times[i] = static_cast<std::int64_t>((sequence * (i + 3) * 7919) % 3'000'000);
    block->record(Side::port, sequence, sequence * 16, times, 50'000'000);
  }
}
BENCHMARK(record);

void log_frame(benchmark::State& state) {
  const auto file = std::filesystem::temp_directory_path() / "towfish-stamp-bench.csv";
  {
    FrameLog log({.csv = file, .trace = {}, .origin_ns = 0});
    FrameStamps frame{};
    for (auto _ : state) {
      ++frame.sequence;
      log.add(frame);
    }
  }
  std::filesystem::remove(file);
}
BENCHMARK(log_frame)->Iterations(FrameLog::kQueue - 1);

}  // namespace
}  // namespace towfish::latency

BENCHMARK_MAIN();
