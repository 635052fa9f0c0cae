#include "pipeline/logs/port_order.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {
namespace {

/// How much better one way has to correlate than the other.
constexpr double kClear = 0.1;

template <std::size_t N>
double correlation(const std::array<double, N>& a, const std::array<double, N>& b) {
  double mean_a = 0;
  double mean_b = 0;
  for (std::size_t i = 0; i < N; ++i) {
    mean_a += a[i] / N;
    mean_b += b[i] / N;
  }
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < N; ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

}  // namespace

void PortOrderDetector::accumulate(std::span<const std::uint16_t> trace, Profile& sums) {
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const std::size_t from = trace.size() * bin / kBins;
    const std::size_t to = trace.size() * (bin + 1) / kBins;
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += trace[i];
    sums[bin] += to > from ? sum / static_cast<double>(to - from) : 0;
  }
}

void PortOrderDetector::add(std::span<const std::uint16_t> port, std::span<const std::uint16_t> starboard) {
  accumulate(port, port_);
  accumulate(starboard, starboard_);
  ++pings_;
}

std::optional<bool> PortOrderDetector::port_is_turned() const {
  if (pings_ == 0) return std::nullopt;
  // In decibels, so that the transmit burst does not outvote all the rest.
  const auto level = [](const Profile& sums) {
    Profile levels;
    std::transform(sums.begin(), sums.end(), levels.begin(), [](double sum) { return std::log1p(sum); });
    return levels;
  };
  const Profile port = level(port_);
  Profile turned = port;
  std::reverse(turned.begin(), turned.end());
  const Profile starboard = level(starboard_);
  const double difference = correlation(turned, starboard) - correlation(port, starboard);
  if (std::abs(difference) < kClear) return std::nullopt;
  return difference > 0;
}

}  // namespace towfish
