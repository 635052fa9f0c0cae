#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/bottom.hpp"
#include "sim/solid.hpp"

namespace towfish {
struct Scenario;
}

namespace towfish::sim {

/// All that lies on the bottom: the scenario's objects, its random fields, then its natural rocks.
struct Scene {
  std::vector<Solid> solids;
  std::size_t objects = 0;  ///< The first so many are objects and belong to the truth; the rest are rocks.
};

/// Strews fields and rocks. Throws UsageError if a field has no room for its objects.
Scene make_scene(const Scenario& scenario, Bottom& bottom);

}  // namespace towfish::sim
