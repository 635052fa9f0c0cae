#include "pipeline/fusion/survey_plane.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace towfish {
namespace {

TEST(SurveyPlane, IsTheExactProjectionToTenCentimetresWithin100Km) {
  double worst_m = 0;
  for (const double latitude : {-70.0, 0.1, 58.0}) {
    const Position origin{latitude, 11};
    const SurveyPlane plane(origin);
    const LocalPlane exact(origin);
    for (double metres = 3; metres < 100'000; metres *= 1.9) {
      for (double bearing = 1; bearing < 360; bearing += 13) {
        const Position there = destination(origin, bearing, metres);
        const auto a = plane.to_local(there);
        const auto b = exact.to_local(there);
        worst_m = std::max(worst_m, std::hypot(a.east_m - b.east_m, a.north_m - b.north_m));
      }
    }
  }
  EXPECT_LT(worst_m, 0.1);
  RecordProperty("worst_mm", static_cast<int>(1000 * worst_m));
}

TEST(SurveyPlane, DoesNotDependOnWhatWasAskedBefore) {
  const Position there{58.1234, 11.2345};
  const SurveyPlane fresh({58, 11});
  const SurveyPlane used({58, 11});
  (void)used.to_local({58.1249, 11.2301});
  EXPECT_EQ(used.to_local(there).east_m, fresh.to_local(there).east_m);
  EXPECT_EQ(used.to_local(there).north_m, fresh.to_local(there).north_m);
}

}  // namespace
}  // namespace towfish
