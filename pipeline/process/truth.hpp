#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "pipeline/contacts/store.hpp"
#include "pipeline/shm/session.hpp"
#include "pipeline/sonar/truth.hpp"
#include "sim/scenario.hpp"

namespace towfish::process {

/// Looks at objects that passed fully through the swath in the pings a run emitted, and could be seen.
std::vector<TruthLook> passed_truth(const Scenario& scenario, const shm::SourceProgress& progress);

/// One row a look:
/// truth_id,class,shape,latitude_deg,longitude_deg,side,ping,sample,length_m,width_m,height_m.
void write_truth(const std::filesystem::path& file, const std::vector<TruthLook>& truth);

/// The `detection` object of summary.json: {truth, detected, false_alarms, pd, far_per_km2}. An object is
/// detected when a contact lies within 3 m of it; a contact farther than that from all objects is a false
/// alarm. Areas are those of the swaths in the store.
nlohmann::json detection_summary(Store& store, const std::vector<TruthLook>& truth);

}  // namespace towfish::process
