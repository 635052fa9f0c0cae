#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "pipeline/contacts/store.hpp"
#include "pipeline/fusion/coverage_figures.hpp"
#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/sonar/frame_report.hpp"

namespace towfish {

class FusionState;

/// What fusion has met. Missing sides, duplicates, late and refused frames are counted since this Fusion was
/// made; the rest is of the whole survey.
struct FusionCounters {
  std::uint64_t frames = 0;  ///< Reports taken, of one side each.
  std::uint64_t detections = 0;
  std::uint64_t contacts = 0;
  std::uint64_t milec = 0;
  std::uint64_t milco = 0;
  std::uint64_t nombo = 0;
  std::uint64_t looks = 0;             ///< Made; some are joined later.
  std::uint64_t resightings = 0;       ///< Looks at something that had been seen before.
  std::uint64_t missing_sides = 0;     ///< Pairs of which one side was missing.
  std::uint64_t duplicate_frames = 0;  ///< Of the same side and sequence: ignored.
  std::uint64_t late_frames = 0;       ///< Came after a later one: taken, and put in their place by finish().
  std::uint64_t invalid_detections = 0;  ///< Self-contradicting or not finite: ignored.
  std::uint64_t refused_frames = 0;      ///< Sequence beyond Store::kMaxSequence: ignored.
  std::uint64_t navigation_missing = 0;  ///< Detections whose position is not known.
  std::uint64_t navigation_interpolated = 0;
  std::uint64_t navigation_jumps = 0;
  std::uint64_t navigation_repeated = 0;
  std::uint64_t clock_jumps = 0;
};

/// Makes contacts out of what the detectors report, and keeps them in the store.
///
/// The contacts are a function of the set of reports and the settings alone: neither of speed, nor of
/// restarts, nor (after finish()) of the order in which late frames came. For that the store keeps the
/// reports, and the state in memory is what comes out when they are fused in order of sequence, port first.
/// Throws StoreError; after that the change is not in the store, and the call may be repeated.
/// Threads: one thread; finish() uses all cores.
class Fusion {
 public:
  /// Continues what the store holds. The store must outlive this.
  Fusion(const FusionSettings& settings, Store& store);
  ~Fusion();

  /// Takes the reports of one frame pair; nullptr: that side is missing. When it returns, all that follows
  /// from them is in the store. A side's frame that was fused before is ignored.
  void fuse(std::uint64_t sequence, const FrameReportView* port, const FrameReportView* starboard);
  /// From now on what follows from pairs gets into the store with one of the next, at the latest with
  /// finish(): many times faster. After a StoreError neither the store nor this is of any use.
  void fuse_in_bulk();
  /// For when no pair waits: does what would otherwise hold one up.
  void rest() noexcept;
  /// There are no more pairs: decides what was left open. Fusing may go on afterwards.
  void finish();

  [[nodiscard]] FusionCounters counters() const;
  /// As of the last finish().
  [[nodiscard]] const CoverageFigures& coverage() const noexcept { return figures_; }

 private:
  using Place = std::pair<std::uint64_t, Side>;  ///< In the order of fusing.

  void rebuild();
  void relieve(Store::Change& change);
  void write_figures();
  void take(Store::Change& change, std::uint64_t sequence, const FrameReportView* port,
            const FrameReportView* starboard);
  void take(Store::Change& change, std::uint64_t sequence, Side side, const FrameReportView& view);

  FusionSettings settings_;
  Store& store_;
  std::unique_ptr<FusionState> state_;
  std::optional<Store::Change> bulk_;  ///< Of all pairs since fuse_in_bulk().
  std::optional<Place> newest_;
  bool stale_ = false;       ///< The state holds what the store does not.
  bool disordered_ = false;  ///< Late frames were taken out of their place.
  FusionCounters counters_;
  CoverageFigures figures_;
};

}  // namespace towfish
