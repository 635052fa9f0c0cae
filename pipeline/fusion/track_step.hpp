#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "pipeline/sonar/frame_report.hpp"

namespace towfish {

/// kStepPings of the track, or what there is of them.
struct TrackStep {
  std::uint64_t first_sequence = 0;  ///< Of the frames that hold its ends.
  std::uint64_t last_sequence = 0;
  Ping first;
  Ping last;
  TraceGeometry geometry;    ///< At its end.
  bool quarantined = false;  ///< One of its frames was passed over.

  [[nodiscard]] std::uint64_t number() const noexcept { return first.number / kStepPings; }
};

/// Visits the parts of a frame that lie within one step each, in order.
void for_each_part(std::uint64_t sequence, const FrameReportView& frame,
                   const std::function<void(const TrackStep&)>& visit);

/// Puts the steps of the track together from parts of frames, in the order of pings. A step ends with its
/// last ping, where the next one begins or where a frame is missing.
class StepBuilder {
 public:
  using Take = std::function<void(const TrackStep&)>;

  /// Calls `take` for each step that ends. Pings that are known already are passed over.
  void add(const TrackStep& part, const Take& take);
  /// No more of the step will come.
  void end(const Take& take);
  /// All pings before this one lie in steps that have ended, or will never come.
  [[nodiscard]] std::uint64_t ended_before() const noexcept { return open_ ? open_->first.number : next_; }

 private:
  std::optional<TrackStep> open_;
  std::uint64_t next_ = 0;  ///< Number of the first ping that is not known.
};

}  // namespace towfish
