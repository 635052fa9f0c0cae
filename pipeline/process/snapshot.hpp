#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "pipeline/process/summary.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// One role as it was at a moment.
struct RoleSnapshot {
  bool alive = false;  ///< A process has the role; in threads and sequential mode only the supervisor's.
  shm::RoleState state = shm::RoleState::absent;
  std::int32_t pid = 0;
  std::uint32_t restarts = 0;
  double heartbeat_age_s = 0;  ///< Since its last sign of life; 0 before the first.
  std::uint64_t done = 0;      ///< Pings, frames or pairs.
  double done_per_s = 0;
  double busy = 0;  ///< Share of the time spent working, 0..1.
};

/// One ring: slots that were published and not taken, and those kept for a consumer's successor.
struct RingSnapshot {
  std::uint64_t slots = 0;
  std::uint64_t waiting = 0;
  std::uint64_t kept = 0;
};

/// Nanoseconds of one stage over both sides.
struct StageSnapshot {
  std::uint64_t count = 0;
  std::uint64_t p50_ns = 0;
  std::uint64_t p90_ns = 0;
  std::uint64_t p99_ns = 0;
  std::uint64_t p999_ns = 0;
  std::uint64_t max_ns = 0;
  std::uint64_t over_deadline = 0;
};
using StageSnapshots = std::array<StageSnapshot, latency::kStages>;

/// A running session in figures: what `towfish top`, its Prometheus text and the dashboard show.
///
/// Rates, busy shares and `recent` are over the time since the snapshot before it, or since the session's
/// start for the first one; everything else counts from the session's start.
struct Snapshot {
  std::string session;
  double uptime_s = 0;
  double interval_s = 0;
  double deadline_ms = 0;
  bool ended = false;  ///< The source will emit no more.
  FrameCount frames;   ///< lost() is what is in flight while the session runs.
  std::uint64_t half_pairs = 0;
  std::array<std::uint64_t, 2> pings{};  ///< By side.
  std::uint64_t next_ping = 0;
  double pings_per_s = 0;
  double frames_per_s = 0;
  std::uint64_t contacts = 0;
  std::uint64_t milec = 0;
  std::uint64_t milco = 0;
  std::uint64_t nombo = 0;
  std::array<RoleSnapshot, shm::kRoles> roles;
  std::array<RingSnapshot, 2> frame_rings;   ///< By side.
  std::array<RingSnapshot, 2> report_rings;  ///< By side.
  StageSnapshots latency;
  StageSnapshots recent;  ///< Its max is within 2 % above.
  std::map<std::string, std::uint64_t> faults;
};

/// Takes snapshots of a session, also of one that was opened read-only. Threads: one thread; the roles are
/// not held up.
class Monitor {
 public:
  explicit Monitor(const shm::Session& session);
  ~Monitor();

  /// As of `now_ns` (CLOCK_MONOTONIC), which must not go backwards.
  [[nodiscard]] Snapshot take(std::int64_t now_ns);

 private:
  struct Before;

  RoleSnapshot role_at(shm::Role role, std::int64_t now_ns);
  void add_latency(Snapshot& snapshot);

  const shm::Session& session_;
  std::unique_ptr<Before> before_;
};

/// The one JSON form: {session, uptime_s, interval_s, ended, deadline_ms, frames, pings, rates, contacts,
/// roles: {NAME:
/// {...}}, rings: {port_frames: {...}, ...}, latency_us: {STAGE: {...}, recent: {STAGE: {...}}}, faults}.
nlohmann::json json(const Snapshot& snapshot);

/// The name of a state: absent, starting, running or ended.
std::string_view name(shm::RoleState state) noexcept;

}  // namespace towfish::process
