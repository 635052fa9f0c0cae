#pragma once

#include "pipeline/shm/view_ring.hpp"

namespace towfish::process {

/// Puts the rows that a detector shows into the session. A frame that a predecessor died over is shown once.
/// Threads: one thread.
class ViewWriter final : public ViewSink {
 public:
  explicit ViewWriter(shm::ViewRing ring) noexcept : ring_(ring) {
    if (ring_.written() > 0 && !ring_.read(ring_.written() - 1, last_)) last_ = ViewRow{};
  }
  /// From now on rows are shown: not those of frames that were shown before, which only warm the detector up.
  void begin() noexcept { silent_ = false; }
  void show(const ViewRow& row) noexcept override {
    if (silent_) return;
    const bool shown = last_.columns != 0 && row.sequence == last_.sequence && row.ping <= last_.ping;
    if (!shown) ring_.push(row);
  }

 private:
  shm::ViewRing ring_;
  bool silent_ = true;
  ViewRow last_;  ///< The predecessor's last one.
};

}  // namespace towfish::process
