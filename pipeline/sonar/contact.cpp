#include "pipeline/sonar/contact.hpp"

#include <algorithm>
#include <numbers>

namespace towfish {

ErrorEllipse error_ellipse(const Covariance& covariance) noexcept {
  const double mean = (covariance.east2 + covariance.north2) / 2;
  const double half_difference = (covariance.east2 - covariance.north2) / 2;
  const double spread = std::hypot(half_difference, covariance.east_north);
  const double two_degrees_of_freedom = 5.991464547;
  const auto axis = [&](double variance) {
    return static_cast<float>(std::sqrt(two_degrees_of_freedom * std::max(variance, 0.0)));
  };
  if (!std::isfinite(mean)) return {};
  const double from_east = std::atan2(covariance.east_north, half_difference) / 2;
  double bearing = 90.0 - from_east * 180.0 / std::numbers::pi;
  if (bearing < 0) bearing += 180.0;
  if (bearing >= 180.0) bearing -= 180.0;
  return {axis(mean + spread), axis(mean - spread), static_cast<float>(bearing)};
}

}  // namespace towfish
