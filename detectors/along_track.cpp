#include "detectors/along_track.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {

namespace {

constexpr float kLeast = 0.005F;  // metres; closer pings are a standing vehicle
constexpr float kMost = 5.0F;
constexpr float kSpeedWhereUnknown = 1.75F;  // m/s, a usual survey speed

float spacing_of(const Ping& ping) noexcept {
  if (!(ping.interval_s > 0)) return kUnknown;
  return (std::isfinite(ping.speed_mps) ? std::abs(ping.speed_mps) : kSpeedWhereUnknown) * ping.interval_s;
}

float on_grid(float metres) noexcept {
  const float octaves = std::round(std::log2(std::clamp(metres, kLeast, kMost)) * 8.0F) / 8.0F;
  return std::exp2(octaves);
}

}  // namespace

float AlongTrack::push(const Ping& ping, float fallback_m) noexcept {
  spacing_m_[count_++ % kWindow] = spacing_of(ping);
  std::array<float, kWindow> known{};
  std::size_t n = 0;
  for (std::size_t i = 0; i < std::min(count_, kWindow); ++i) {
    if (spacing_m_[i] >= kLeast) known[n++] = spacing_m_[i];
  }
  if (n == 0) return on_grid(fallback_m);
  std::nth_element(known.begin(), known.begin() + n / 2, known.begin() + n);
  return on_grid(known[n / 2]);
}

}  // namespace towfish
