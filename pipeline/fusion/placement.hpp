#pragma once

#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/fusion/navigation.hpp"
#include "pipeline/sonar/contact.hpp"
#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// Where on the bottom a detection lies and how well that is known.
struct Placement {
  Position position = kNoPosition;  ///< None if the fix is not complete.
  Covariance covariance;
  float ground_range_m = kUnknown;
};

/// On a flat bottom at the tracked altitude H. The fan of a sonar pitched bow up by p meets it H tan p
/// farther ahead, and the object, whose echo comes from half its height h above the bottom, lies at the
/// ground range g = sqrt(R^2 - ((H - h/2) / cos p)^2). That is where its highlight is, its near face; its
/// middle is farther out by half of what the highlight is narrower than objects are deep. Heading, not
/// course, turns the fan, so crab is taken care of.
///
/// The covariance has a part along the track (heading error times g, pitch error times H, picking, a quarter
/// of the length) and one across (altitude error times H / g, sound-speed error times R^2 / g, picking, half
/// the error of the depth), turned to north, and navigation on top. Without any altitude g = R is taken, and
/// H from 0 to a quarter of R as error.
Placement place(const Detection& detection, const Fix& fix, const PlacementSettings& settings);

}  // namespace towfish
