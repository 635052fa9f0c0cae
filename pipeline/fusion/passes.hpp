#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/fusion/navigation.hpp"

namespace towfish {

/// Cuts the path into straight passes, so that two looks of one pass are known to be two objects.
///
/// A new pass begins where the heading has turned by more than the limit since the pass began, or where the
/// navigation is broken.
class Passes {
 public:
  explicit Passes(double turn_deg) : turn_deg_(turn_deg) {}

  /// Takes the next frame: where it begins and where the sonar is. Frames that come late change nothing.
  void extend(std::uint64_t first_ping, const Fix& fix, bool broken);
  /// The pass that a ping belongs to.
  [[nodiscard]] std::uint32_t of(std::uint64_t ping) const noexcept;
  [[nodiscard]] std::uint32_t current() const noexcept;

 private:
  struct Pass {
    std::uint64_t first_ping;
    double heading_deg;  ///< NaN until one is known.
  };
  double turn_deg_;
  std::vector<Pass> passes_;
};

}  // namespace towfish
