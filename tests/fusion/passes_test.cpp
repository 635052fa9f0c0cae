#include "pipeline/fusion/passes.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace towfish {
namespace {

/// The passes of frames of 16 pings that head so.
std::vector<std::uint32_t> passes(const std::vector<double>& headings_deg) {
  Passes passes(15);
  std::vector<std::uint32_t> of;
  for (std::size_t i = 0; i < headings_deg.size(); ++i) {
    Fix fix;
    fix.heading_deg = headings_deg[i];
    passes.extend(16 * i, fix, false);
    of.push_back(passes.of(16 * i));
  }
  return of;
}

std::vector<double> line(double first_deg, std::size_t straight, double then_deg) {
  std::vector<double> headings{first_deg};
  headings.insert(headings.end(), straight, 178);
  headings.push_back(then_deg);
  return headings;
}

TEST(Passes, ALineEndsWhereItTurnsFromWhereItLedThoughItBeganInATurn) {
  EXPECT_EQ(passes(line(165, 20, 162)).back(), 1U);
  EXPECT_EQ(passes(line(165, 20, 164)).back(), 0U);
}

TEST(Passes, ATurnIsCutThoughItsMeanFollows) {
  std::vector<double> headings;
  for (int i = 0; i <= 18; ++i) headings.push_back(355 + 5.0 * i);
  EXPECT_EQ(passes(headings).back(), 4U);
}

TEST(Passes, YawingIsNoTurnAndAnUnknownHeadingNone) {
  std::vector<double> headings;
  for (int i = 0; i < 50; ++i) headings.push_back(i % 7 == 3 ? kUnknownDegrees : i % 2 == 0 ? 353 : 7);
  EXPECT_EQ(passes(headings).back(), 0U);
}

}  // namespace
}  // namespace towfish
