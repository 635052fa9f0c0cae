#pragma once

#include <array>
#include <cstdint>

#include "pipeline/shm/session.hpp"

namespace towfish::handoff {

/// Source, two workers and a fusion as processes of their own on a real session; 1 MiB a side.
struct FourRolesSettings {
  double pairs_per_s = 100;
  double work_ms = 2;  ///< CPU time a worker spends on a frame, reading it.
  double seconds = 5;
  bool pinned = false;     ///< Workers on a core each; source and fusion go where they like.
  int kills_per_role = 0;  ///< kill -9 afterwards, each role in turn.
};

struct FourRolesResult {
  double p50_ms = 0;  ///< Pair due -> fusion has both reports.
  double p99_ms = 0;
  double cpu_percent = 0;  ///< Of all cores: 100 is every core busy.
  std::uint64_t pairs = 0;
  std::uint64_t refused = 0;
  std::uint64_t faults = 0;  ///< Torn, lost or repeated frames.
  /// Start of the replacement -> its first frame handled, worst of all kills.
  std::array<double, shm::kRoles> worst_comeback_ms{};
};

/// Throws when a role ends by itself or the chain stands still for seconds.
FourRolesResult run_four_roles(const FourRolesSettings& settings);

}  // namespace towfish::handoff
