#pragma once

#include <boost/container/small_vector.hpp>
#include <cmath>
#include <cstdint>

#include "pipeline/sonar/detection.hpp"
#include "pipeline/sonar/geometry.hpp"

namespace towfish {

/// Covariance of a position on the bottom, square metres. NaN where there is no position.
struct Covariance {
  double east2 = std::numeric_limits<double>::quiet_NaN();
  double north2 = std::numeric_limits<double>::quiet_NaN();
  double east_north = std::numeric_limits<double>::quiet_NaN();
};

/// Along the axes of the ellipse, square metres.
struct PrincipalVariances {
  double major;
  double minor;
};
PrincipalVariances principal_variances(const Covariance& covariance) noexcept;

/// Where the true position lies with a probability of 95 %.
struct ErrorEllipse {
  float semi_major_m = kUnknown;
  float semi_minor_m = kUnknown;
  float bearing_deg = kUnknown;  ///< Of the major axis, true, 0 <= bearing < 180.
};

/// The 95 % ellipse of a normal distribution in the plane: its axes are sqrt(5.991) = 2.448 standard
/// deviations (chi-square with two degrees of freedom).
ErrorEllipse error_ellipse(const Covariance& covariance) noexcept;

inline constexpr Position kNoPosition{kUnknownDegrees, kUnknownDegrees};

/// One sighting of a contact: one side, one pass. Sizes in metres; NaN where not measured.
///
/// One detection, or several that touch (pieces of a long object, overlapping windows).
struct Look {
  std::uint64_t id = 0;
  std::uint64_t contact = 0;
  std::uint32_t pass = 0;  ///< 0-based straight run of the vehicle.
  Side side = Side::port;
  bool extended =
      false;  ///< A wreck, a pipeline, a reef: many touching detections, or one longer than a mine.
  ContactClass contact_class = ContactClass::milec;
  std::uint32_t detections = 0;
  std::uint64_t first_ping = 0;  ///< Extent of all its detections, inclusive.
  std::uint64_t last_ping = 0;
  std::uint32_t first_sample = 0;
  std::uint32_t last_sample = 0;
  Position position = kNoPosition;
  Covariance covariance;  ///< Of the position by itself, navigation included.
  float llr = 0;          ///< Of its best detection.
  float length_m = kUnknown;
  float width_m = kUnknown;
  float height_m = kUnknown;
  // Of the best detection:
  std::uint64_t detection = 0;  ///< Its key in the store.
  std::uint64_t ping = 0;
  std::uint32_t sample = 0;
  std::int64_t time_utc_ns = kUnknownTime;
  float slant_range_m = kUnknown;
  float ground_range_m = kUnknown;
  float altitude_m = kUnknown;
  float heading_deg = kUnknown;
  float shadow_length_m = kUnknown;
  float frequency_khz = 0;

  [[nodiscard]] bool has_position() const noexcept {
    return std::isfinite(position.latitude_deg) && std::isfinite(position.longitude_deg);
  }
};

/// What fusion reports: one thing on the bottom, from all looks at it.
struct Contact {
  std::uint64_t id = 0;
  Position position = kNoPosition;  ///< Weighted by the looks' covariances; none if no look has one.
  Covariance covariance;
  ErrorEllipse error;
  ContactClass contact_class = ContactClass::milec;
  bool extended = false;
  float confidence = 0;      ///< Posterior probability that it is an object, 0 to 1.
  float llr = 0;             ///< Of all looks together, less what passes that saw nothing take away.
  std::uint32_t misses = 0;  ///< Passes that covered the place in good conditions and saw nothing.
  float miss_llr = 0;        ///< What these add to llr: nothing or less.
  float length_m = kUnknown;
  float width_m = kUnknown;
  float height_m = kUnknown;
  Look best;                                               ///< The look with the highest llr.
  boost::container::small_vector<std::uint64_t, 4> looks;  ///< Their ids, ascending.

  [[nodiscard]] bool has_position() const noexcept {
    return std::isfinite(position.latitude_deg) && std::isfinite(position.longitude_deg);
  }
  /// A radius that holds the truth with at least 95 %; NaN without a position.
  [[nodiscard]] float position_error_m() const noexcept { return error.semi_major_m; }
};

}  // namespace towfish
