#include "pipeline/sonar/contact.hpp"

#include <algorithm>
#include <numbers>

namespace towfish {

PrincipalVariances principal_variances(const Covariance& covariance) noexcept {
  const double mean = (covariance.east2 + covariance.north2) / 2;
  const double spread = std::hypot((covariance.east2 - covariance.north2) / 2, covariance.east_north);
  return {mean + spread, mean - spread};
}

ErrorEllipse error_ellipse(const Covariance& covariance) noexcept {
  const PrincipalVariances variances = principal_variances(covariance);
  const double two_degrees_of_freedom = 5.991464547;
  const auto axis = [&](double variance) {
    return static_cast<float>(std::sqrt(two_degrees_of_freedom * std::max(variance, 0.0)));
  };
  if (!std::isfinite(variances.major)) return {};
  const double from_east = std::atan2(covariance.east_north, (covariance.east2 - covariance.north2) / 2) / 2;
  double bearing = 90.0 - from_east * 180.0 / std::numbers::pi;
  if (bearing < 0) bearing += 180.0;
  if (bearing >= 180.0) bearing -= 180.0;
  return {axis(variances.major), axis(variances.minor), static_cast<float>(bearing)};
}

}  // namespace towfish
