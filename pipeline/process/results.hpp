#pragma once

#include <filesystem>

#include "pipeline/process/settings.hpp"
#include "pipeline/process/summary.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// Removes an earlier run's results. std::runtime_error where they cannot be replaced.
void remove_results(const std::filesystem::path& out);

/// Writes contacts.csv, contacts.geojson, chips, summary.json and, of a simulation, truth.csv beside the
/// store, and prints frames, contacts and the latency table to stdout.
void write_results(const shm::Session& session, const RunSettings& settings, const RunOutcome& outcome);

}  // namespace towfish::process
