#include "pipeline/sonar/detection.hpp"

#include <gtest/gtest.h>

#include <array>

namespace towfish {
namespace {

TEST(DetectionList, RefusesAndCountsWhatDoesNotFitAndKeepsWhatDid) {
  std::array<Detection, 2> place;
  DetectionList list(place);
  for (std::uint64_t ping = 1; ping <= 5; ++ping) {
    Detection detection;
    detection.ping = ping;
    list.push(detection);
  }
  ASSERT_EQ(list.items().size(), 2U);
  EXPECT_EQ(list.items()[1].ping, 2U);
  EXPECT_EQ(list.refused(), 3U);
}

}  // namespace
}  // namespace towfish
