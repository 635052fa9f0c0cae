#pragma once

#include <cstdint>
#include <string_view>

#include "pipeline/sonar/detection.hpp"
#include "pipeline/sonar/frame.hpp"
#include "pipeline/sonar/view_row.hpp"

namespace towfish {

/// Scans the frames of one side for mine-like objects: a function of frames that remembers a bounded past.
///
/// FINITE MEMORY. Once memory_pings() consecutive pings have been processed, state and results are the same
/// bit for bit whatever came before them. A successor of a killed detector, or the worker on the next segment
/// of a long log, is therefore fed that many earlier pings and goes on as if nothing had happened. (So no
/// recursive filters; running sums over a window in integers are fine.) Results do not depend on how pings
/// are cut into frames: a detection is pushed while the ping that completes it is processed, at most
/// memory_pings() after its last ping. A new geometry, or pings missing between two frames (a jump of
/// Ping::number), begins anew: what was waiting is pushed first. process() neither allocates (in steady
/// state), blocks nor throws for any content of a well-formed frame. Threads: one thread. Instances share
/// nothing.
class Detector {
 public:
  Detector() = default;
  Detector(const Detector&) = delete;
  Detector& operator=(const Detector&) = delete;
  virtual ~Detector() = default;

  [[nodiscard]] virtual std::uint32_t memory_pings() const noexcept = 0;

  /// Processes the next frame of the side; appends what it completed.
  virtual void process(const FrameView& frame, DetectionList& out) = 0;

  /// From now on shows a conditioned row of every ping to `sink` while it is processed, newest last, as a
  /// function of that ping and the memory_pings() before it; nullptr: no longer. A detector that has nothing
  /// to show leaves this alone.
  virtual void show_to(ViewSink* /*sink*/) noexcept {}

  /// For who cannot keep up: whether the costliest algorithm that it can do without is left out of what is
  /// scanned from now on. Says which; empty: it has none. Where one was left out, results are not those
  /// above.
  virtual std::string_view leave_out(bool /*wanted*/) noexcept { return {}; }

  /// There are no more pings: appends what was still waiting for some.
  virtual void finish(DetectionList& out) = 0;
};

}  // namespace towfish
