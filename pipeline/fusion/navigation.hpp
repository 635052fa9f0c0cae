#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/fusion/track_step.hpp"
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

/// What was wrong with the navigation, in steps of the track or detections.
struct NavigationFaults {
  std::uint64_t missing = 0;  ///< Detections without a usable position or heading.
  std::uint64_t interpolated =
      0;                    ///< Detections whose own position was missing or wrong; its step's ends gave it.
  std::uint64_t jumps = 0;  ///< Steps that begin where the sonar cannot have got to.
  std::uint64_t repeated = 0;     ///< Steps during which the position stood still and the vehicle did not.
  std::uint64_t clock_jumps = 0;  ///< Steps whose time does not follow the one before.
};

/// The path of the sonar from step to step: tells good fixes from bad ones and applies the fixed corrections
/// (lever arm, layback, declination). A position is never made up: it is recorded, or lies between two
/// recorded ones of the same step, or is missing.
class Navigation {
 public:
  explicit Navigation(const PlacementSettings& settings) : settings_(settings) {}

  /// Takes the next step. After this, first() and last() are about this step.
  void take(const TrackStep& step);
  /// Whether the step does not continue the one before: a jump of position or back along the line, a pause of
  /// more than ten seconds, or so many pings missing as between two logs that overlap.
  [[nodiscard]] bool broken() const noexcept { return broken_; }
  [[nodiscard]] const Fix& first() const noexcept { return stretches_.back().first; }
  [[nodiscard]] const Fix& last() const noexcept { return stretches_.back().last; }

  /// The sonar at a ping of this step or of one of the kRemembered before it.
  Fix at(const Ping& ping);
  static constexpr std::size_t kRemembered = 256;
  /// The sonar at both ends of what one side has of a step.
  [[nodiscard]] std::pair<Fix, Fix> ends(const TrackStep& step) const;

  [[nodiscard]] const NavigationFaults& faults() const noexcept { return faults_; }

 private:
  /// A step's two ends.
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
  void check_clock(const TrackStep& step);
  /// Metres that the position may be off because it stood still while the vehicle moved.
  double check_repetition(const TrackStep& step, bool agree);

  PlacementSettings settings_;
  NavigationFaults faults_;
  std::optional<Ping> previous_;  ///< Last ping with a position, of the steps before.
  std::int64_t previous_time_ns_ = kUnknownTime;
  std::deque<Stretch> stretches_;
  bool broken_ = false;
};

}  // namespace towfish
