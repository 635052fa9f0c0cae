#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/logs/log.hpp"
#include "pipeline/logs/xtf_writer.hpp"

/// How fast a log is read from the page cache, in bytes of the file, on one core.
namespace {

using namespace towfish;

/// A 16-bit XTF of about 256 MB, made once.
class LongLog {
 public:
  explicit LongLog(std::uint32_t samples)
      : file_(std::filesystem::temp_directory_path() /
              ("towfish_bench_" + std::to_string(::getpid()) + "_" + std::to_string(samples) + ".xtf")) {
    XtfWriter writer(file_, "benchmark");
    std::vector<std::uint16_t> port(samples);
    std::vector<std::uint16_t> starboard(samples);
    for (std::uint32_t i = 0; i < samples; ++i) {
      port[i] = static_cast<std::uint16_t>(i * 2654435761U >> 17);
      starboard[i] = static_cast<std::uint16_t>(i * 2246822519U >> 17);
    }
    PingPair pair;
    pair.geometry = {{{samples, 0, 0.02F, 450, 1}, {samples, 0, 0.02F, 450, 1}}};
    const std::uint64_t pings = (256U << 20) / (384 + 4 * samples);
    for (std::uint64_t i = 0; i < pings; ++i) {
      pair.ping.number = i;
      pair.ping.time_utc_ns = 1'700'000'000'000'000'000 + static_cast<std::int64_t>(i) * 50'000'000;
      pair.ping.latitude_deg = 58 + 1e-7 * static_cast<double>(i / 5);
      pair.ping.longitude_deg = 11;
      pair.ping.heading_deg = 1;
      pair.ping.speed_mps = 1.5F;
      writer.write(pair, port, starboard);
    }
    writer.close();
  }
  ~LongLog() { std::filesystem::remove(file_); }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
};

void read_log(benchmark::State& state) {
  const LongLog log_file(static_cast<std::uint32_t>(state.range(0)));
  std::vector<std::uint16_t> trace(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const auto log = open_log(log_file.file());
    while (log->next() != nullptr) {
      for (const Side side : kSides) log->read_trace(side, trace);
      benchmark::DoNotOptimize(trace.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(std::filesystem::file_size(log_file.file())));
}
BENCHMARK(read_log)
    ->Name("XtfRead/samples_a_side")
    ->Arg(1024)
    ->Arg(4096)
    ->Arg(16384)
    ->Unit(benchmark::kMillisecond);

/// The file that the environment names, for comparing with other readers of the same bytes.
void read_named_log(benchmark::State& state) {
  const char* file = std::getenv("TOWFISH_BENCH_LOG");
  if (file == nullptr) {
    state.SkipWithError("set TOWFISH_BENCH_LOG to a log");
    return;
  }
  std::vector<std::uint16_t> trace;
  for (auto _ : state) {
    const auto log = open_log(file);
    while (const PingPair* pair = log->next()) {
      for (const Side side : kSides) {
        trace.resize(pair->geometry[index(side)].samples);
        log->read_trace(side, trace);
      }
      benchmark::DoNotOptimize(trace.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(std::filesystem::file_size(file)));
}
BENCHMARK(read_named_log)->Name("NamedLog")->Unit(benchmark::kMillisecond);

void scan_headers(benchmark::State& state) {
  const LongLog log_file(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    const auto log = open_log(log_file.file());
    while (log->next() != nullptr) {
    }
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(std::filesystem::file_size(log_file.file())));
}
BENCHMARK(scan_headers)
    ->Name("XtfHeaders/samples_a_side")
    ->Arg(1024)
    ->Arg(16384)
    ->Unit(benchmark::kMillisecond);

}  // namespace
