#pragma once

#include <string>

#include "pipeline/process/settings.hpp"

namespace towfish::process {

/// Runs the whole pipeline once: makes the session, runs the roles as settings.execution says, prints a
/// status line a second to stderr, writes the results to settings.out and the latency table to stdout, and
/// removes the session.
///
/// Catches SIGINT and SIGTERM: the first drains, the second ends at once (status 130).
/// Returns 0, 4 when frames were lost, 5 when a role could not be kept alive, or 2 or 3 as a role found.
/// Throws UsageError, InputError or shm::SegmentError when it cannot begin.
int run_pipeline(RunSettings settings, const std::string& session);

}  // namespace towfish::process
