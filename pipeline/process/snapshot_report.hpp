#pragma once

#include <string>

#include "pipeline/process/snapshot.hpp"

namespace towfish::process {

/// A snapshot as text for people, about 30 lines of less than 100 columns.
std::string text(const Snapshot& snapshot);

/// A snapshot in Prometheus' text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/): counters end in _total, times are seconds,
/// latencies are gauges by stage and quantile since the start.
std::string prometheus(const Snapshot& snapshot);

}  // namespace towfish::process
