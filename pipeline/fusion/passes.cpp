#include "pipeline/fusion/passes.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {

bool Passes::turned(const Pass& pass, double heading_deg) const noexcept {
  const double from_beginning = std::remainder(heading_deg - pass.heading_deg, 360.0);
  const double mean = pass.steps > 0 ? pass.turned_deg / pass.steps : 0;
  return std::abs(from_beginning) > turn_deg_ || std::abs(from_beginning - mean) > turn_deg_;
}

void Passes::extend(std::uint64_t first_ping, const Fix& fix, bool broken) {
  if (!passes_.empty() && first_ping <= passes_.back().first_ping) return;
  if (passes_.empty() || broken || turned(passes_.back(), fix.heading_deg)) {
    passes_.push_back({first_ping, fix.heading_deg});
    return;
  }
  Pass& pass = passes_.back();
  if (std::isnan(pass.heading_deg)) pass.heading_deg = fix.heading_deg;
  if (std::isnan(fix.heading_deg)) return;
  pass.turned_deg += std::remainder(fix.heading_deg - pass.heading_deg, 360.0);
  ++pass.steps;
}

std::uint32_t Passes::of(std::uint64_t ping) const noexcept {
  const auto after = std::ranges::upper_bound(passes_, ping, {}, &Pass::first_ping);
  return after == passes_.begin() ? 0 : static_cast<std::uint32_t>(after - passes_.begin() - 1);
}

std::uint32_t Passes::current() const noexcept {
  return passes_.empty() ? 0 : static_cast<std::uint32_t>(passes_.size() - 1);
}

}  // namespace towfish
