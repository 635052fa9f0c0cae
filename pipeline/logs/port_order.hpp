#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace towfish {

/// Finds whether port is stored the other way round than starboard: both sides see the same water column and
/// the same fall of echoes with range, so their mean profiles are alike the right way round only.
class PortOrderDetector {
 public:
  /// One ping, both sides as believed to be nadir first.
  void add(std::span<const std::uint16_t> port, std::span<const std::uint16_t> starboard);
  /// Whether port is nadir last after all; nullopt where neither way is clearly the better.
  [[nodiscard]] std::optional<bool> port_is_turned() const;

 private:
  static constexpr std::size_t kBins = 64;
  using Profile = std::array<double, kBins>;
  static void accumulate(std::span<const std::uint16_t> trace, Profile& sums);
  Profile port_{};
  Profile starboard_{};
  std::size_t pings_ = 0;
};

}  // namespace towfish
