#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pipeline/process/settings.hpp"
#include "pipeline/process/snapshot.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::dashboard {

/// How the session is now: the snapshot that `towfish top` shows too, with the time of the last ping, a
/// histogram of total latency and what the source was asked for.
nlohmann::json state(const shm::Session& session, const process::Snapshot& snapshot);

/// What never changes while the session lives, for a page that has just been opened.
nlohmann::json introduction(const shm::Session& session, const process::RunSettings& settings);

/// The objects that the simulator placed, once for each pass by them; empty for recorded logs.
nlohmann::json truth(const process::RunSettings& settings);

}  // namespace towfish::dashboard
