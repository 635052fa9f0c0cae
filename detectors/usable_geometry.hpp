#pragma once

#include <cmath>

#include "pipeline/sonar/ping.hpp"

namespace towfish {

/// Whether traces are long enough to hold water, bottom, object and shadow, and of known scale.
inline bool is_usable(const TraceGeometry& geometry) noexcept {
  constexpr std::uint32_t kFewestSamples = 64;
  return geometry.samples >= kFewestSamples && geometry.sample_spacing_m > 0 &&
         std::isfinite(geometry.sample_spacing_m) && std::isfinite(geometry.first_edge_m);
}

}  // namespace towfish
