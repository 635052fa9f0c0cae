#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "pipeline/process/settings.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// What is known of a run beside its session when it is over.
struct RunOutcome {
  int status = 0;
  std::int64_t finished_ns = 0;  ///< CLOCK_MONOTONIC.
  std::array<std::uint64_t, shm::kRoles> restarts{};
};

/// Frame pairs by what became of them. emitted = fused + refused + quarantined + lost; lost is 0 unless a
/// role could not be kept alive.
struct FrameCount {
  std::uint64_t emitted = 0;
  std::uint64_t fused = 0;
  std::uint64_t refused = 0;
  std::uint64_t quarantined = 0;
  [[nodiscard]] std::uint64_t lost() const noexcept { return emitted - fused - refused - quarantined; }
};
FrameCount count_frames(const shm::Session& session) noexcept;

/// Faults that the roles met, by kind.
std::map<std::string, std::uint64_t> fault_counts(const shm::Session& session);

/// The object of summary.json but for `contacts` and `detection`.
nlohmann::json summary(const shm::Session& session, const RunSettings& settings, const RunOutcome& outcome);

}  // namespace towfish::process
