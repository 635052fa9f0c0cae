#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/sonar/frame_report.hpp"
#include "pipeline/sonar/geometry.hpp"

namespace towfish {

/// The sonar at one ping, as far as it is known: NaN where it is not.
struct Fix {
  Position position{kUnknownDegrees, kUnknownDegrees};
  double heading_deg = kUnknownDegrees;  ///< True, corrected.
  double sigma_m = 0;                    ///< Of the position, each axis.

  [[nodiscard]] bool complete() const noexcept {
    return std::isfinite(position.latitude_deg) && std::isfinite(position.longitude_deg) &&
           std::isfinite(heading_deg);
  }
};

/// What was wrong with the navigation, in frames or detections.
struct NavigationFaults {
  std::uint64_t missing = 0;  ///< Detections without a usable position or heading.
  std::uint64_t interpolated =
      0;                    ///< Detections whose own position was missing or wrong; its frame's ends gave it.
  std::uint64_t jumps = 0;  ///< Frames that begin where the sonar cannot have got to.
  std::uint64_t repeated = 0;     ///< Frames during which the position stood still and the vehicle did not.
  std::uint64_t clock_jumps = 0;  ///< Frames whose time does not follow the one before.
};

/// The path of the sonar from frame to frame: tells good fixes from bad ones and applies the fixed
/// corrections (lever arm, layback, declination). A position is never made up: it is recorded, or lies
/// between two recorded ones of the same frame, or is missing.
class Navigation {
 public:
  explicit Navigation(const PlacementSettings& settings) : settings_(settings) {}

  /// Takes the next frame. After this, first(), last() and at() are about this frame.
  void begin_frame(const FrameReport& report);
  /// Whether the frame does not continue the one before: a jump of position or back along the line, or a
  /// pause of more than ten seconds, as between two logs.
  [[nodiscard]] bool broken() const noexcept { return broken_; }
  [[nodiscard]] const Fix& first() const noexcept { return stretches_.back().first; }
  [[nodiscard]] const Fix& last() const noexcept { return stretches_.back().last; }
  /// Distance between pings of this frame along the track; NaN if it cannot be known.

  /// The sonar at a ping of this frame or of one of the kRemembered before it.
  Fix at(const Ping& ping);
  static constexpr std::size_t kRemembered = 256;

  [[nodiscard]] const NavigationFaults& faults() const noexcept { return faults_; }

 private:
  /// A frame's two ends.
  struct Stretch {
    std::uint64_t first_ping = 0;
    std::uint64_t last_ping = 0;
    Fix first;
    Fix last;
    bool agree = false;  ///< One end can be reached from the other.
    double extra_sigma_m = 0;
    LocalPlane around_first;
    LocalPlane::Point to_last;  ///< From there.
  };
  [[nodiscard]] Fix corrected(const Ping& ping, double extra_sigma_m) const;
  [[nodiscard]] const Stretch* stretch_of(std::uint64_t ping) const noexcept;
  [[nodiscard]] bool went_back(const Ping& from, const Ping& to) const;
  [[nodiscard]] bool reachable(const Ping& from, const Ping& to) const;
  void check_positions(Ping& first, Ping& last, bool agree);
  void check_clock(const FrameReport& report);
  /// Metres that the position may be off because it stood still while the vehicle moved.
  double check_repetition(const FrameReport& report, bool agree);

  PlacementSettings settings_;
  NavigationFaults faults_;
  std::optional<Ping> previous_;  ///< Last ping with a position, of the frames before.
  std::int64_t previous_time_ns_ = kUnknownTime;
  std::deque<Stretch> stretches_;
  bool broken_ = false;
};

}  // namespace towfish
