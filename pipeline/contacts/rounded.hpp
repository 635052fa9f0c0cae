#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

namespace towfish {

/// A number with so many decimals, since 0.1F would otherwise be printed with the digits that a float cannot
/// hold; null where it is not finite.
inline nlohmann::ordered_json rounded(double value, int decimals) {
  if (!std::isfinite(value)) return nullptr;
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

}  // namespace towfish
