#include "pipeline/contacts/geopackage.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace towfish::geopackage {
namespace {

TEST(Geopackage, PointIsHeaderAndWellKnownBinary) {
  // OGC 12-128r18 clause 2.1.3, and 1.0 as IEEE double 3ff0000000000000.
  const std::vector<std::uint8_t> expected{'G', 'P', 0, 1, 0xE6, 0x10, 0, 0, 1, 1, 0, 0, 0, 0,   0,
                                           0,   0,   0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0x40};
  EXPECT_EQ(point({2.0, 1.0}), expected);
}

TEST(Geopackage, UnknownPointIsEmpty) {
  const auto blob = point({std::nan(""), 0});
  EXPECT_EQ(blob[3] & 0x10, 0x10);
  EXPECT_TRUE(std::isnan(coordinates(blob).at(0).latitude_deg));
}

TEST(Geopackage, LinesAndPolygonsComeBackClosed) {
  const std::vector<Position> ring{{58, 11}, {58, 12}, {59, 12}};
  const auto line_back = coordinates(line(ring));
  ASSERT_EQ(line_back.size(), 3U);
  EXPECT_EQ(line_back[2].latitude_deg, 59);
  const auto ring_back = coordinates(polygon(ring));
  ASSERT_EQ(ring_back.size(), 4U);
  EXPECT_EQ(ring_back[3].longitude_deg, ring[0].longitude_deg);
  EXPECT_TRUE(coordinates(polygon({})).empty());
}

TEST(Geopackage, TruncatedBlobGivesNoMoreThanItHolds) {
  const auto whole = polygon(std::vector<Position>{{58, 11}, {58, 12}, {59, 12}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_LE(coordinates(std::span(whole).first(size)).size(), 4U);
  }
}

}  // namespace
}  // namespace towfish::geopackage
