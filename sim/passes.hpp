#pragma once

#include <span>
#include <vector>

#include "pipeline/sonar/geometry.hpp"
#include "pipeline/sonar/truth.hpp"
#include "sim/echo.hpp"
#include "sim/faults.hpp"

namespace towfish::sim {

/// One look for every time that an object of the scene passes through the fan of a side; `poses` is the
/// survey ping by ping. In the order of pings.
std::vector<TruthLook> looks(std::span<const Pose> poses, const Scene& scene, const Acoustics& acoustics,
                             const Faults& faults, Echo& echo, const LocalPlane& plane);

}  // namespace towfish::sim
