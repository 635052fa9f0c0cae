#pragma once

#include "pipeline/evaluation/trial.hpp"
#include "sim/scenario.hpp"

namespace towfish::evaluation {

/// What the bottom of a scenario is at a place: sediment, "ripples" where it has some, "rocks" where rocks
/// are strewn. A patch counts as the ellipse that it is but for its ragged edge.
BottomAt bottom_map(const Scenario& scenario);

}  // namespace towfish::evaluation
