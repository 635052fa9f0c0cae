// Detections fused per second on one core, in memory and with the store that commits every pair of frames.

#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
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
constexpr double kLineSpacingM = 30;
constexpr double kNearM = 8;
constexpr double kFarM = 48;
constexpr double kAltitudeM = 10;
constexpr double kSampleM = 0.05;
constexpr double kObjectCellM = 12;
constexpr double kPd = 0.8;
constexpr double kPieces = 0.25;  ///< Share of the objects that come in two pieces.
constexpr int kClutter = 4;       ///< Detections of nothing, a side and frame.
constexpr double kNavigationErrorM = 0.5;

std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15;  // splitmix64 (Steele, Lea, Flood 2014).
  value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
  value = (value ^ value >> 27) * 0x94D049BB133111EB;
  return value ^ value >> 31;
}

double share(std::uint64_t value) {
  return static_cast<double>(mixed(value) >> 11) * 0x1p-53;
}

/// A lawn-mower survey without end over seabed with an object on every 144 m2 and as much clutter: far more
/// than any sonar gives. Lines overlap, so that an object is passed two or three times, from both sides, each
/// time with another navigation error; it is seen four times of five, some in two pieces.
class EndlessSurvey {
 public:
  struct Pair {
    FrameReport report;
    std::vector<Detection> detections[2];
  };

  const Pair& next(std::uint64_t sequence) {
    pair_.report = {};
    pair_.report.frame.pings = kPingsPerFrame;
    pair_.report.frame.geometry = {1000, 0, static_cast<float>(kSampleM), 600, 1};
    const std::uint64_t first = sequence * kPingsPerFrame;
    pair_.report.first = ping(first);
    pair_.report.last = ping(first + kPingsPerFrame - 1);
    for (auto& detections : pair_.detections) detections.clear();
    see_objects(first);
    for (const Side side : kSides) {
      for (int i = 0; i < kClutter; ++i) {
        const double out = kNearM + (kFarM - kNearM) * share(random_());
        see(first, first + random_() % kPingsPerFrame, side, out,
            2.0F * static_cast<float>(share(random_())));
      }
    }
    return pair_;
  }

 private:
  struct Place {
    double line;
    double on_line;  ///< From the end where the line begins.
    bool back;
  };
  static Place place_of(std::uint64_t number) {
    const double along = static_cast<double>(number) * kPingSpacingM;
    const double line = std::floor(along / kLineM);
    return {line, along - line * kLineM, std::fmod(line, 2) != 0};
  }

  Ping ping(std::uint64_t number) {
    const auto [line, on_line, back] = place_of(number);
    const auto error_seed = static_cast<std::uint64_t>(line) * 2 + 1'000'000'007;
    const Position position = plane_.to_position(
        {line * kLineSpacingM + 2 * kNavigationErrorM * (share(error_seed) - 0.5),
         (back ? kLineM - on_line : on_line) + 2 * kNavigationErrorM * (share(error_seed + 1) - 0.5)});
    Ping p;
    p.number = number;
    p.time_utc_ns = static_cast<std::int64_t>(number) * 100'000'000;
    p.latitude_deg = position.latitude_deg;
    p.longitude_deg = position.longitude_deg;
    p.heading_deg = back ? 180 : 0;
    p.speed_mps = 2;
    p.interval_s = 0.1F;
    p.altitude_m = kAltitudeM;
    p.pitch_deg = 0;
    return p;
  }

  void see_objects(std::uint64_t first) {
    const auto [line, on_line, back] = place_of(first);
    const double length = kPingSpacingM * kPingsPerFrame;
    const double south = back ? kLineM - on_line - length : on_line;
    const double track = line * kLineSpacingM;
    for (double row = std::floor(south / kObjectCellM); row * kObjectCellM < south + length; ++row) {
      for (double column = std::floor((track - kFarM) / kObjectCellM); column * kObjectCellM < track + kFarM;
           ++column) {
        const std::uint64_t object = mixed(static_cast<std::uint64_t>(
            static_cast<std::int64_t>(row) * 1'000'003 + static_cast<std::int64_t>(column)));
        const double north = (row + share(object)) * kObjectCellM;
        const double out = (column + share(object + 1)) * kObjectCellM - track;
        const double ahead = back ? south + length - north : north - south;
        if (ahead < 0 || ahead >= length || std::abs(out) < kNearM || std::abs(out) > kFarM) continue;
        if (share(object + 2 + static_cast<std::uint64_t>(line)) > kPd) continue;
        const Side side = (out > 0) != back ? Side::starboard : Side::port;
        const auto at = first + static_cast<std::uint64_t>(ahead / kPingSpacingM);
        see(first, at, side, std::abs(out), 2 + 4 * static_cast<float>(share(object)));
        if (share(object + 3) < kPieces) see(first, at + 5, side, std::abs(out), 1);
      }
    }
  }

  void see(std::uint64_t first, std::uint64_t number, Side side, double out, float llr) {
    const std::uint64_t last = first + kPingsPerFrame - 1;
    Detection d;
    d.ping = std::min(number, last);
    d.at = ping(d.ping);
    d.first_ping = std::max(first, d.ping - std::min<std::uint64_t>(d.ping, 2));
    d.last_ping = std::min(last, d.ping + 2);
    d.slant_range_m = static_cast<float>(std::hypot(out, kAltitudeM));
    const auto middle = static_cast<std::uint32_t>(d.slant_range_m / kSampleM);
    d.highlight_first_sample = middle - 4;
    d.highlight_last_sample = d.sample = middle + 4;
    d.shadow_last_sample = middle + 25;
    d.altitude_m = kAltitudeM;
    d.length_m = 1;
    d.llr = llr;
    d.contact_class = ContactClass::milco;
    d.side = side;
    pair_.detections[index(side)].push_back(d);
  }

  LocalPlane plane_{{58, 11}};
  std::mt19937_64 random_{1};
  Pair pair_;
};

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

constexpr std::uint64_t kWanted = 1'000'000;

/// Association alone, with contacts put aside in a file, as in a run.
void InMemory(benchmark::State& state) {
  std::uint64_t detections = 0;
  for (auto _ : state) {
    EndlessSurvey survey;
    FusionState fusion({}, std::filesystem::temp_directory_path());
    const auto settle = [&] {
      fusion.forget_changes();
      fusion.settle();
    };
    for (std::uint64_t sequence = 0; fusion.counts().detections < kWanted; ++sequence) {
      state.PauseTiming();
      const auto& pair = survey.next(sequence);
      state.ResumeTiming();
      for (const Side side : kSides) {
        fusion.take(sequence, side, {pair.report, pair.detections[index(side)], {}});
      }
      settle();
    }
    fusion.finish();
    detections = fusion.counts().detections;
    state.counters["looks"] = static_cast<double>(fusion.counts().looks);
    state.counters["contacts"] = static_cast<double>(fusion.book().contacts());
    state.counters["resightings"] = static_cast<double>(fusion.counts().resightings);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(detections));
  state.counters["peak_MiB"] = peak_mib();
}
BENCHMARK(InMemory)->Unit(benchmark::kSecond)->Iterations(1);

/// The same with the store: every pair's frames, detections, looks and contacts are in the file before the
/// next.
void WithStore(benchmark::State& state) {
  const auto file =
      std::filesystem::temp_directory_path() / ("fusion-bench-" + std::to_string(::getpid()) + ".gpkg");
  std::uint64_t detections = 0;
  for (auto _ : state) {
    EndlessSurvey survey;
    Store store(file, Store::Mode::write);
    Fusion fusion({}, store);
    for (std::uint64_t sequence = 0; detections < kWanted; ++sequence) {
      state.PauseTiming();
      const auto& pair = survey.next(sequence);
      const FrameReportView port{pair.report, pair.detections[0], {}};
      const FrameReportView starboard{pair.report, pair.detections[1], {}};
      state.ResumeTiming();
      fusion.fuse(sequence, &port, &starboard);
      detections = fusion.counters().detections;
    }
    fusion.finish();
    state.counters["contacts"] = static_cast<double>(fusion.counters().contacts);
  }
  std::filesystem::remove(file);
  state.SetItemsProcessed(static_cast<std::int64_t>(detections));
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
      const FrameReportView port{
          pair.report, std::span(pair.detections[0]).first(std::min(count, pair.detections[0].size())), {}};
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
