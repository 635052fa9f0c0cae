#include "pipeline/sonar/frame_report.hpp"

namespace towfish {

std::size_t find_seams(std::span<const Ping> pings, std::span<Ping> seams) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 1; i < pings.size(); ++i) {
    if (pings[i - 1].number / kStepPings == pings[i].number / kStepPings) continue;
    seams[count++] = pings[i - 1];
    seams[count++] = pings[i];
  }
  return count;
}

}  // namespace towfish
