#include "pipeline/process/warm_up.hpp"

#include <algorithm>
#include <random>
#include <vector>

namespace towfish::process {

void warm_up(Detector& detector, const TraceGeometry& geometry) {
  constexpr std::uint32_t kPings = 16;
  if (geometry.samples == 0) return;
  std::minstd_rand random(1);
  std::vector<std::uint16_t> samples(std::size_t{kPings} * geometry.samples);
  std::generate(samples.begin(), samples.end(),
                [&] { return static_cast<std::uint16_t>(400 + random() % 1024); });
  std::vector<Ping> pings(kPings);
  FrameHeader header;
  header.geometry = geometry;
  header.pings = kPings;
  std::vector<Detection> found(1);
  for (std::uint32_t seen = 0; seen < detector.memory_pings() + kPings; seen += kPings) {
    for (std::uint32_t i = 0; i < kPings; ++i) pings[i].number = seen + i;
    DetectionList unwanted(found);
    detector.process({header, pings, samples}, unwanted);
  }
  DetectionList unwanted(found);
  detector.finish(unwanted);
}

}  // namespace towfish::process
