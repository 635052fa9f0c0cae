#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/latency/stages.hpp"
#include "pipeline/shm/checkpoint.hpp"
#include "pipeline/shm/ring.hpp"
#include "pipeline/shm/segment.hpp"
#include "pipeline/shm/view_ring.hpp"
#include "pipeline/sonar/ping_source.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish::shm {

/// The processes of a session; the number is also that of the role's lock in the segment.
enum class Role : std::uint8_t {
  supervisor,
  source,
  port_detector,
  starboard_detector,
  fusion,
  dashboard,
  publisher
};
inline constexpr std::size_t kRoles = 7;
inline constexpr std::array<std::string_view, kRoles> kRoleNames{
    "supervisor", "source", "port-detector", "starboard-detector", "fusion", "dashboard", "publisher"};

constexpr std::size_t index(Role role) noexcept {
  return static_cast<std::size_t>(role);
}
constexpr std::string_view name(Role role) noexcept {
  return kRoleNames[index(role)];
}
/// Whether it looks on only: frames neither pass through it nor wait for it.
constexpr bool looks_on(Role role) noexcept {
  return role == Role::dashboard || role == Role::publisher;
}
constexpr Role detector_of(Side side) noexcept {
  return side == Side::port ? Role::port_detector : Role::starboard_detector;
}

enum class RoleState : std::uint32_t {
  absent,    ///< Not started yet, or died.
  starting,  ///< Attached, getting ready; heartbeats are not expected.
  running,
  ended,  ///< Finished its work.
};

/// A kind of fault and how often it was met. Written by one role, read by all.
struct FaultRow {
  static constexpr std::size_t kKindLength = 40;
  std::array<char, kKindLength> kind;  ///< NUL-terminated; constant once `count` is not 0.
  std::atomic<std::uint64_t> count;
  std::atomic<std::uint64_t> first_at;
};

/// One process of the session. Written by that process.
struct alignas(64) RoleRow {
  static constexpr std::size_t kFaults = 24;

  Doorbell doorbell;
  std::atomic<std::int32_t> pid;
  std::atomic<RoleState> state;
  std::atomic<std::int64_t> heartbeat_ns;       ///< CLOCK_MONOTONIC of its last sign of life.
  std::atomic<std::uint32_t> starts;            ///< Processes that have had this role: the producer's epoch.
  std::atomic<std::uint32_t> stop;              ///< Not 0: end after what is in flight.
  std::atomic<std::uint64_t> in_hand;           ///< 1 + sequence of the frame or pair at work; 0: none.
  std::atomic<std::uint64_t> in_hand_attempts;  ///< Fusion: processes that have had that pair in hand.
  std::atomic<std::uint64_t> done;          ///< Pings, frames or pairs handled by all its processes together.
  std::atomic<std::uint64_t> busy_ns;       ///< Time spent working, not waiting.
  std::atomic<std::uint64_t> wait_ns;       ///< Time spent waiting.
  std::atomic<std::int32_t> fifo_priority;  ///< Granted SCHED_FIFO priority; 0: SCHED_OTHER.
  std::atomic<std::int32_t> pinned_cpu;     ///< 1 + the only CPU it may use; 0: any.
  std::atomic<std::int32_t> slice_us;       ///< Granted time slice under SCHED_OTHER; 0: the kernel's.
  std::atomic<std::uint32_t> memory_locked;  ///< 1: all of its memory stays in RAM.
  std::array<FaultRow, kFaults> faults;
};

/// How far the source has come. A pair is settled when it is published on both sides or refused on both.
struct SourceProgress {
  std::uint64_t settled_pairs = 0;  ///< The next pair's sequence.
  std::uint64_t refused_pairs = 0;
  std::uint64_t next_ping = 0;  ///< Number of the first ping of the next pair.
  std::uint64_t pings = 0;      ///< Settled; the sides may have fewer each.
  std::uint64_t port_pings = 0;
  std::uint64_t starboard_pings = 0;
  std::int64_t due_ns = 0;             ///< When the last settled ping was due; 0 before the first.
  std::int64_t time_utc_ns = 0;        ///< Its transmission.
  std::int64_t first_time_utc_ns = 0;  ///< Transmission of the first ping of all; 0 before it.
  std::uint64_t ended = 0;             ///< 1: there will be no further pair.
};

/// How far fusion has come.
struct FusionProgress {
  std::uint64_t next_sequence = 0;
  std::uint64_t fused_pairs = 0;
  std::uint64_t quarantined_pairs = 0;
  std::uint64_t missing_pairs = 0;  ///< Gaps in the sequence: refused by the source.
  std::uint64_t half_pairs = 0;     ///< Fused with one side only: the other was lost, or is still to come.
  std::uint64_t contacts = 0;
  std::uint64_t milco = 0;
  std::uint64_t nombo = 0;
  std::uint64_t milec = 0;
  std::uint64_t detections_refused = 0;  ///< Found, but their report had no room for them.
};

/// What an operator asks of the source: of a replay's to wait, hurry or go elsewhere, of a live one's to
/// record. Written by the dashboard, obeyed by the source; the dashboard rings the source's doorbell
/// afterwards. All zeros asks for nothing.
struct SourceControl {
  std::atomic<std::uint32_t> paused;
  std::atomic<std::uint32_t> speed_given;  ///< Not 0: `speed` replaces the one of the settings.
  std::atomic<double> speed;               ///< Times real time; 0: as fast as possible.
  std::atomic<std::uint64_t> steps;        ///< Frame pairs to be emitted in spite of the pause, in all.
  std::atomic<std::uint64_t> seeks;        ///< Counts requests; raised after `seek_ping` is stored.
  std::atomic<std::uint64_t> seek_ping;
  std::atomic<std::uint64_t> pings;  ///< Told by the source: pings of the survey; 0 when not known.
  /// UTC when a recording was asked for, which its file is named after; 0: none is wanted. The source sets it
  /// back when the file cannot be written.
  std::atomic<std::int64_t> record_utc_ns;
  std::atomic<std::int64_t> recording_utc_ns;  ///< Told by the source: the recording under way; 0: none.
  std::atomic<std::uint64_t> recording_from;   ///< Told before it: pings emitted before the recording began.
};

/// How the dashboard is reached.
struct DashboardBlock {
  static constexpr std::size_t kTokenLength = 32;
  std::array<char, kTokenLength + 8> token;  ///< Hexadecimal, NUL-terminated; made by the creator.
  std::atomic<std::uint32_t> port;           ///< Told by the dashboard once it listens, kept by successors.
  std::atomic<std::uint32_t> watches;  ///< 1: rows are wanted. Told by the creator or by who joins a run.
};

/// The start of the segment. Bump kLayoutVersion when a field is added, moved, resized or changes meaning.
struct SessionBlock {
  static constexpr std::uint64_t kMagic = 0x48534946574f54'00;  ///< "\0TOWFISH"
  static constexpr std::uint32_t kLayoutVersion = 7;
  static constexpr std::size_t kConfigurationBytes = 256 * 1024;

  std::atomic<std::uint64_t> magic;
  std::atomic<std::uint32_t> version;  ///< Stored last by the creator; 0 means not ready.
  std::uint32_t reserved;
  std::uint64_t total_bytes;
  std::array<std::uint64_t, 2> frame_ring_at;   ///< By side, from the start of the segment.
  std::array<std::uint64_t, 2> report_ring_at;  ///< By side.
  std::array<std::uint64_t, 2> view_ring_at;    ///< By side.
  std::uint64_t frame_pings;  ///< The most a frame holds: where its samples begin follows from it.
  std::uint64_t detections_per_report;
  std::int64_t created_ns;  ///< CLOCK_MONOTONIC.
  std::int64_t created_utc_ns;
  std::int64_t deadline_ns;
  std::array<RoleRow, kRoles> roles;
  Checkpoint<SourceProgress> source;
  Checkpoint<FusionProgress> fusion;
  latency::LatencyBlock latency;
  SourceControl control;
  DashboardBlock dashboard;
  std::array<char, kConfigurationBytes> configuration;  ///< YAML in force, NUL-terminated.
};
static_assert(sizeof(std::atomic<RoleState>) == 4);
static_assert(offsetof(SessionBlock, version) == 8 && offsetof(SessionBlock, roles) == 128);
static_assert(sizeof(FaultRow) == 56 && sizeof(RoleRow) % 64 == 0);

/// Sizes chosen by the creator.
struct SessionSizes {
  std::uint64_t frame_slots = 0;
  std::uint64_t frame_pings = 0;    ///< The most a frame holds.
  std::uint64_t frame_samples = 0;  ///< Of a trace; longer traces make frames of fewer pings.
  std::uint64_t report_slots = 0;
  std::uint64_t detections_per_report = 0;
  std::uint64_t view_rows = 16;  ///< Rows a side that the dashboard finds to look back at.
};

/// A session's segment with its block and rings in their places.
class Session {
 public:
  /// Makes the segment; publishes its version last. The creator has the supervisor's lock.
  static Session create(std::string_view name, const SessionSizes& sizes, const std::string& configuration,
                        std::int64_t deadline_ns);

  /// Attaches to a ready session. SegmentError: not_found, not_ready, wrong_version, damaged ...
  static Session open(std::string_view name, bool read_only = false);

  /// Takes a role's lock and announces the process in its row.
  void enter(Role role);

  [[nodiscard]] SessionBlock& block() const noexcept { return *block_; }
  [[nodiscard]] RoleRow& row(Role role) const noexcept { return block_->roles[index(role)]; }
  [[nodiscard]] Ring frames(Side side) const noexcept { return frames_[towfish::index(side)]; }
  [[nodiscard]] Ring reports(Side side) const noexcept { return reports_[towfish::index(side)]; }
  [[nodiscard]] ViewRing& view(Side side) noexcept { return views_[towfish::index(side)]; }
  [[nodiscard]] const ViewRing& view(Side side) const noexcept { return views_[towfish::index(side)]; }
  [[nodiscard]] std::string configuration() const;
  [[nodiscard]] const std::string& name() const noexcept { return segment_.session(); }

  /// Whether the segment still has its name: others can attach to it.
  [[nodiscard]] bool named() const noexcept { return segment_.named(); }

  /// Whether a living process has the role. Not for asking about one's own.
  [[nodiscard]] bool alive(Role role) const { return segment_.locked_by_other(static_cast<unsigned>(role)); }

 private:
  Session(Segment segment, std::array<Ring, 2> frames, std::array<Ring, 2> reports,
          std::array<ViewRing, 2> views);

  Segment segment_;
  SessionBlock* block_;
  std::array<Ring, 2> frames_;
  std::array<Ring, 2> reports_;
  std::array<ViewRing, 2> views_;
};

/// Monotonic time in nanoseconds, as all stamps in a session are.
[[nodiscard]] std::int64_t monotonic_ns() noexcept;

/// Writes all of a role's faults into its row; kinds beyond the table's size are summed under "other".
void publish_faults(RoleRow& row, std::span<const Fault> faults) noexcept;

/// Counts one more of a kind, on top of what the role's earlier processes have counted.
void count_fault(RoleRow& row, const std::string& kind, std::uint64_t at) noexcept;

}  // namespace towfish::shm
