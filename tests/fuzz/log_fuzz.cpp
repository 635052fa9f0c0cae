#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/logs/log.hpp"
#include "pipeline/sonar/error.hpp"

/// Any bytes as a log: open, read everything, go back, read again. All that is allowed to come out is an
/// InputError, or pings that are the same the second time.
namespace {

using namespace towfish;

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

void read_twice(const std::string& file) {
  try {
    const auto log = open_log(file);
    const std::uint64_t first = read_to_end(*log);
    const std::size_t faults = log->faults().size();
    (void)log->find_time(1'400'000'000'000'000'000);
    log->seek(0);
    if (read_to_end(*log) != first || log->faults().size() != faults) __builtin_trap();
  } catch (const InputError&) {
  } catch (const UsageError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A file in memory: nothing touches the disk.
  static const int file = ::memfd_create("fuzz", 0);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) return 0;
  read_twice("/proc/self/fd/" + std::to_string(file));
  return 0;
}
