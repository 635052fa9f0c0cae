#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>

#include "pipeline/fusion/contact_book.hpp"
#include "pipeline/fusion/coverage.hpp"
#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/fusion/look_builder.hpp"
#include "pipeline/fusion/navigation.hpp"
#include "pipeline/fusion/passes.hpp"
#include "pipeline/fusion/resighting.hpp"
#include "pipeline/fusion/track_step.hpp"
#include "pipeline/sonar/frame_report.hpp"

namespace towfish {

/// Fusion without its store: a function of the reports in the order in which they are taken.
///
/// What comes out does not depend on how pings were put into frames: the track is followed by steps,
/// detections wait for the end of theirs, each side counts its own looks, and decisions are made at given
/// pings.
///
/// Memory grows with the length of the track (coverage.hpp), not with detections, if settle() is called now
/// and then.
class FusionState {
 public:
  /// Contacts put aside go into a nameless file in `folder`.
  FusionState(const FusionSettings& settings, std::filesystem::path folder);

  void take(std::uint64_t sequence, Side side, const FrameReportView& view);
  /// Counts the misses of all contacts that what happened since the last time may have changed, and writes
  /// what has changed. finish() does not depend on how often this was done.
  void write(Store::Change& change);
  /// The same for who keeps nothing: what has changed is forgotten.
  void forget_changes();
  /// Puts contacts aside if there are many in memory. What has changed must have been written or forgotten.
  void settle();
  /// Decides on all looks that are still waiting for more.
  void finish();

  [[nodiscard]] ContactBook& book() noexcept { return book_; }
  [[nodiscard]] const Coverage& coverage() const noexcept { return coverage_; }

  struct Counts {
    std::uint64_t frames = 0;
    std::uint64_t detections = 0;
    std::uint64_t looks = 0;
    std::uint64_t resightings = 0;
    std::uint64_t invalid_detections = 0;
  };
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
  [[nodiscard]] const NavigationFaults& navigation_faults() const noexcept { return navigation_.faults(); }

 private:
  struct Waiting {
    Detection detection;
    std::uint64_t key = 0;
    float sample_spacing_m = 0;
  };
  /// The sample spacing of a side: what a detector still had when it changed is reported after that.
  class Spacing {
   public:
    void follow(const FrameReport& report) noexcept;
    [[nodiscard]] float at(std::uint64_t ping) const noexcept { return ping < since_ ? earlier_m_ : now_m_; }

   private:
    float now_m_ = 0;
    float earlier_m_ = 0;
    std::uint64_t since_ = 0;  ///< The first ping of the one that is now.
  };
  struct Lane {
    LookBuilder looks;
    std::uint64_t next_look;
    StepBuilder steps = {};
    std::deque<Waiting> waiting = {};  ///< For the step of their last ping to end.
    std::uint64_t newest_ping = 0;
    Spacing sample_spacing_m = {};
    std::optional<std::uint64_t> decided_to = {};  ///< Misses up to this ping can be counted.
    std::size_t next_stretch = 0;  ///< Of the coverage: those before have been checked for misses.
  };
  void begin_sequence(std::uint64_t sequence);
  void follow(std::uint64_t sequence, Side side, const FrameReportView& view);
  void end_step(const TrackStep& step);
  void end_step(Side side, const TrackStep& step);
  void end_track(Side side);
  void add_waiting(Lane& lane);
  void add(const Waiting& waiting, Lane& lane);
  void decide_due();
  void decide(std::uint64_t last_ping);
  void count_misses();
  void count_misses(Side side, std::uint64_t last_ping);
  void count_misses(const BookedContact& contact, std::uint64_t last_ping);

  FusionSettings settings_;
  Navigation navigation_;
  Passes passes_;
  Coverage coverage_;
  ContactBook book_;
  Resighting resighting_;
  StepBuilder steps_;  ///< Of either side, whichever has them first.
  std::array<Lane, 2> lanes_;
  std::optional<std::uint64_t> newest_sequence_;
  std::uint64_t next_decision_ = 0;
  Counts counts_;
};

}  // namespace towfish
