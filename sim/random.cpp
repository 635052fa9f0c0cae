#include "sim/random.hpp"

#include <algorithm>
#include <array>
#include <boost/math/special_functions/erf.hpp>

namespace towfish::sim {
namespace {

constexpr std::size_t kSteps = 4096;

std::array<float, kSteps + 1> make_quantiles() {
  std::array<float, kSteps + 1> quantiles{};
  for (std::size_t i = 0; i <= kSteps; ++i) {
    const double p = std::clamp(static_cast<double>(i) / kSteps, 5e-5, 1 - 5e-5);
    quantiles[i] = static_cast<float>(std::numbers::sqrt2 * boost::math::erf_inv(2 * p - 1));
  }
  return quantiles;
}

const std::array<float, kSteps + 1> kQuantiles = make_quantiles();

}  // namespace

float normal(std::uint64_t random) noexcept {
  const std::size_t step = random >> 52;
  const float part = static_cast<float>((random >> 28) & 0xffffffU) * 0x1p-24F;
  return kQuantiles[step] + part * (kQuantiles[step + 1] - kQuantiles[step]);
}

}  // namespace towfish::sim
