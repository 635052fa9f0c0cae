#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "pipeline/sonar/geometry.hpp"
#include "pipeline/sonar/truth.hpp"
#include "sim/echo.hpp"
#include "sim/faults.hpp"

namespace towfish::sim {

/// One look for every time that an object of the scene passes through the fan of a side, in the order of
/// pings. `pose` tells where each of the survey's pings is sent from.
std::vector<TruthLook> looks(const std::function<Pose(std::uint64_t)>& pose, std::uint64_t pings,
                             const Scene& scene, const Acoustics& acoustics, const Faults& faults, Echo& echo,
                             const LocalPlane& plane);

}  // namespace towfish::sim
