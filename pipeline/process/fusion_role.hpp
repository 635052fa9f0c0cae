#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "pipeline/fusion/fusion.hpp"
#include "pipeline/latency/frame_log.hpp"
#include "pipeline/process/role.hpp"
#include "pipeline/shm/frame_slot.hpp"

namespace towfish::process {

/// Pairs the reports of both sides by sequence, has them fused, and measures what every frame waited for.
///
/// Reports are released only after their contacts are committed, so a successor sees again what was not.
/// A side that says nothing for `pair_timeout` while the other waits is passed over: its partner goes through
/// alone and what it says later is fused into its place. Threads: one thread.
class FusionRole final : public RoleWork {
 public:
  /// Every frame also goes to `log`, if there is one.
  FusionRole(shm::Session& session, Fusion& fusion, std::int64_t pair_timeout_ns,
             latency::FrameLog* log = nullptr);

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

  void take(Lane& lane);
  [[nodiscard]] bool waits_for_partner() const noexcept;
  Step fuse_heads();
  void record(const FrameReport& report, std::int64_t paired_ns, std::int64_t committed_ns);
  void count(std::uint64_t sequence, bool both, bool quarantined);
  void count_contacts() noexcept;
  void tell_refused();
  Step end();

  shm::Session& session_;
  Fusion& fusion_;
  std::int64_t pair_timeout_ns_;
  latency::FrameLog* log_;
  std::array<Lane, 2> lanes_;
  std::size_t most_detections_;
  shm::FusionProgress progress_;
  std::uint64_t detections_refused_ = 0;
  std::int64_t alone_since_ns_ = kNever;  ///< Since when one side's head waits for the other's.
  std::int64_t looked_ns_ = 0;            ///< When it last looked whether it came.
};

}  // namespace towfish::process
