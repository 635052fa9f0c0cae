#pragma once

#include "detectors/detector.hpp"

namespace towfish::process {

/// Lets a fresh detector see as many pings of noise as it remembers, so that its memory is allocated and
/// faulted in before the first frame comes. It begins anew afterwards; what it finds is thrown away.
void warm_up(Detector& detector, const TraceGeometry& geometry);

}  // namespace towfish::process
