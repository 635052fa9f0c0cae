#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/fusion/navigation.hpp"

namespace towfish {

/// Cuts the path into straight passes, so that two looks of one pass are known to be two objects.
///
/// A new pass begins where the heading differs by more than the limit from what it was when the pass began,
/// or from its mean since then, or where the navigation is broken. The mean is there because a line may begin
/// with the end of a turn, and its own end is a turn from where the line led, not from where it began.
class Passes {
 public:
  explicit Passes(double turn_deg) : turn_deg_(turn_deg) {}

  /// Takes the next step of the track: where it begins and where the sonar is there.
  void extend(std::uint64_t first_ping, const Fix& fix, bool broken);
  /// The pass that a ping belongs to.
  [[nodiscard]] std::uint32_t of(std::uint64_t ping) const noexcept;
  [[nodiscard]] std::uint32_t current() const noexcept;

 private:
  struct Pass {
    std::uint64_t first_ping;
    double heading_deg = kUnknownDegrees;  ///< At its beginning; unknown until one is known.
    double turned_deg = 0;                 ///< Sum over steps of how far from there they head,
    double steps = 0;                      ///< and their number.
  };
  [[nodiscard]] bool turned(const Pass& pass, double heading_deg) const noexcept;
  double turn_deg_;
  std::vector<Pass> passes_;
};

}  // namespace towfish
