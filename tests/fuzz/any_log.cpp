#include "tests/fuzz/any_log.hpp"

#include <cstdint>
#include <vector>

#include "pipeline/logs/log.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish {
namespace {

/// Checks what Ping and TraceGeometry promise, whatever the file says.
void check(const PingPair& pair) {
  const Ping& p = pair.ping;
  const bool sane = (!p.has_position() || (p.latitude_deg >= -90 && p.latitude_deg <= 90)) &&
                    p.sound_speed_mps >= 1300 && p.sound_speed_mps <= 1700 && !(p.interval_s < 0) &&
                    !(p.speed_mps < 0);
  if (!sane) __builtin_trap();
  for (const TraceGeometry& g : pair.geometry) {
    if (g.samples > 0 && !(g.sample_spacing_m > 0 && g.first_edge_m >= 0 && g.range_m() < 1e5F))
      __builtin_trap();
  }
}

std::uint64_t read_to_end(Log& log) {
  std::vector<std::uint16_t> samples;
  std::uint64_t sum = 0;
  while (const PingPair* pair = log.next()) {
    check(*pair);
    sum = sum * 31 + pair->ping.number;
    for (const Side side : kSides) {
      samples.resize(pair->geometry[index(side)].samples);
      if (samples.empty()) continue;
      log.read_trace(side, samples);
      for (const std::uint16_t sample : samples) sum = sum * 31 + sample;
    }
  }
  return sum;
}

}  // namespace

void read_any_log(const std::filesystem::path& path) {
  try {
    const auto log = open_log(path);
    const std::uint64_t first = read_to_end(*log);
    const std::size_t faults = log->faults().size();
    (void)log->find_time(1'400'000'000'000'000'000);
    log->seek(0);
    if (read_to_end(*log) != first || log->faults().size() != faults) __builtin_trap();
  } catch (const InputError&) {
  } catch (const UsageError&) {
  }
}

}  // namespace towfish
