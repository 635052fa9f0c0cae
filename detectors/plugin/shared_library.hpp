#pragma once

#include "detectors/plugin/detector.h"
#include "pipeline/sonar/configured_path.hpp"

namespace towfish {

/// Loads a shared library and returns the detector type that it exports. The library stays loaded until the
/// process ends: threads or objects of its own may outlive every detector.
/// Throws UsageError naming where it is configured, what was found and what was wanted.
const towfish_detector_type& load_detector_type(const ConfiguredPath& library);

}  // namespace towfish
