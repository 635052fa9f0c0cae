#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "pipeline/contacts/database.hpp"
#include "pipeline/fusion/fusion.hpp"
#include "pipeline/latency/frame_log.hpp"
#include "pipeline/process/role.hpp"
#include "pipeline/shm/frame_slot.hpp"

namespace towfish::process {

/// Pairs the reports of both sides by sequence, has them fused, and measures what every frame waited for.
///
/// Reports are released only after their contacts are committed, so a successor sees again what was not.
/// A pair over which two processes have died is written to `quarantine` and passed over for good. A store
/// that is locked by another program or has no room is tried again until it works, since nothing is lost by
/// waiting; once there is nothing else left to do, for kStorePatience_ns. A side that says nothing for
/// `pair_timeout` while the other waits is passed over: its partner goes through alone and what it says later
/// is fused into its place. Threads: one thread.
class FusionRole final : public RoleWork {
 public:
  /// Deaths over one pair before it is passed over.
  static constexpr std::uint64_t kFatalAttempts = 2;
  static constexpr std::int64_t kStorePatience_ns = 60'000'000'000;

  /// Every frame also goes to `log`, if there is one.
  FusionRole(shm::Session& session, Fusion& fusion, std::int64_t pair_timeout_ns,
             latency::FrameLog* log = nullptr, std::filesystem::path quarantine = {});

  /// Throws StoreError when the store cannot be written to and never will.

  Step step() override;
  [[nodiscard]] bool ready() noexcept override;
  [[nodiscard]] std::int64_t wake_at_ns() const noexcept override;

 private:
  /// A side's oldest report that was not fused yet.
  struct Lane {
    shm::RingReader reader;
    std::optional<FrameReportView> head;
    [[nodiscard]] bool at_end() const noexcept {
      return head && (head->report.flags & FrameReport::kEnd) != 0;
    }
  };

  Step work();
  Step wait_for_store(const StoreError& error);
  void take(Lane& lane);
  [[nodiscard]] bool waits_for_partner() const noexcept;
  Step fuse_heads();
  [[nodiscard]] bool killed_others(std::uint64_t sequence) noexcept;
  void keep(std::uint64_t sequence, const std::array<const FrameReportView*, 2>& pair);
  void record(const FrameReport& report, std::int64_t paired_ns, std::int64_t committed_ns);
  void count(std::uint64_t sequence, bool both, bool quarantined);
  void count_contacts(const FusionCounters& counters) noexcept;
  void tell_refused();
  Step end();

  shm::Session& session_;
  Fusion& fusion_;
  std::int64_t pair_timeout_ns_;
  latency::FrameLog* log_;
  std::filesystem::path quarantine_;
  std::array<Lane, 2> lanes_;
  std::size_t most_detections_;
  shm::FusionProgress progress_;
  std::uint64_t late_frames_ = 0;         ///< Fused after a later one.
  std::int64_t alone_since_ns_ = kNever;  ///< Since when one side's head waits for the other's.
  std::int64_t store_fails_since_ns_ = kNever;
  std::int64_t store_again_ns_ = 0;  ///< When to try again.
  std::uint64_t store_failures_ = 0;
  bool rests_ = false;          ///< Found nothing to do.
  std::int64_t looked_ns_ = 0;  ///< When it last looked whether it came.
};

}  // namespace towfish::process
