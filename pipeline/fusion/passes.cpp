#include "pipeline/fusion/passes.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {

void Passes::extend(std::uint64_t first_ping, const Fix& fix, bool broken) {
  if (passes_.empty()) {
    passes_.push_back({first_ping, fix.heading_deg});
    return;
  }
  Pass& pass = passes_.back();
  if (first_ping <= pass.first_ping) return;
  const bool turned = std::abs(std::remainder(fix.heading_deg - pass.heading_deg, 360.0)) > turn_deg_;
  if (broken || turned) {
    passes_.push_back({first_ping, fix.heading_deg});
  } else if (std::isnan(pass.heading_deg)) {
    pass.heading_deg = fix.heading_deg;
  }
}

std::uint32_t Passes::of(std::uint64_t ping) const noexcept {
  const auto after = std::ranges::upper_bound(passes_, ping, {}, &Pass::first_ping);
  return after == passes_.begin() ? 0 : static_cast<std::uint32_t>(after - passes_.begin() - 1);
}

std::uint32_t Passes::current() const noexcept {
  return passes_.empty() ? 0 : static_cast<std::uint32_t>(passes_.size() - 1);
}

}  // namespace towfish
