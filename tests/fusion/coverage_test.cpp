#include "pipeline/fusion/coverage.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

#include "pipeline/fusion/seabed_map.hpp"
#include "tests/fusion/survey_builder.hpp"

namespace towfish {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The coverage of a survey in which the sonar sees 49 m of ground to either side from 10 m above it.
Coverage coverage_of(const std::vector<ReportPair>& pairs) {
  Coverage coverage{CoverageSettings{}};
  std::uint32_t pass = 0;
  double heading = pairs.front().reports[0].first.heading_deg;
  for (const ReportPair& pair : pairs) {
    for (const Side side : kSides) {
      const FrameReport& report = pair.reports[index(side)];
      const auto fix = [](const Ping& ping) {
        return Fix{{ping.latitude_deg, ping.longitude_deg}, ping.heading_deg, 1};
      };
      if (std::abs(report.first.heading_deg - heading) > 1) {
        ++pass;
        heading = report.first.heading_deg;
      }
      for_each_part(pair.sequence, pair.view(side), [&](const TrackStep& step) {
        coverage.take(side, step, pass, fix(step.first), fix(step.last));
      });
    }
  }
  return coverage;
}

constexpr std::uint64_t kAll = ~0ULL;

TEST(Coverage, KnowsWhichPassesSawAPlaceWell) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 200, {});
  survey.run(60, 200, 60, 0, {});
  const Coverage coverage = coverage_of(survey.pairs());

  EXPECT_THAT(coverage.passes_over(survey.at(30, 100), 1, kAll), ElementsAre(0, 1));
  EXPECT_THAT(coverage.passes_over(survey.at(-30, 100), 1, kAll), ElementsAre(0));
  EXPECT_THAT(coverage.passes_over(survey.at(0, 100), 1, kAll), IsEmpty()) << "under the track";
  EXPECT_THAT(coverage.passes_over(survey.at(-47, 100), 1, kAll), IsEmpty()) << "end of the range";
  EXPECT_THAT(coverage.passes_over(survey.at(30, 250), 1, kAll), IsEmpty()) << "beyond the end";
  EXPECT_THAT(coverage.passes_over(survey.at(30, 100), 1, 5), IsEmpty()) << "not yet";
}

TEST(Coverage, PlaceWhosePositionIsUncertainMustBeCoveredWithAllItsError) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 200, {});
  const Coverage coverage = coverage_of(survey.pairs());
  EXPECT_THAT(coverage.passes_over(survey.at(40, 100), 1, kAll), ElementsAre(0));
  EXPECT_THAT(coverage.passes_over(survey.at(40, 100), 10, kAll), IsEmpty());
}

TEST(Coverage, LostFramesAreNotCovered) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 200, {});
  auto& pairs = survey.pairs();
  pairs.erase(pairs.begin() + 30, pairs.begin() + 34);  // 96 to 108.8 m.
  const Coverage coverage = coverage_of(pairs);
  EXPECT_THAT(coverage.passes_over(survey.at(30, 102), 1, kAll), IsEmpty());
  EXPECT_THAT(coverage.passes_over(survey.at(30, 93), 1, kAll), ElementsAre(0));
}

TEST(Coverage, BadAltitudeIsNotGood) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 200, {});
  for (ReportPair& pair : survey.pairs()) {
    for (FrameReport& report : pair.reports) report.last.altitude_m = 25;
  }
  const Coverage coverage = coverage_of(survey.pairs());
  EXPECT_THAT(coverage.passes_over(survey.at(35, 100), 1, kAll), IsEmpty());
  for (const Swath& swath : coverage.swaths()) EXPECT_EQ(swath.quality, Quality::fair);
}

TEST(Coverage, SwathAreasAreThoseOfTheBands) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 192, {});
  const Coverage coverage = coverage_of(survey.pairs());
  double good = 0;
  double all = 0;
  for (const Swath& swath : coverage.swaths()) {
    all += swath.area_m2;
    if (swath.quality == Quality::good) good += swath.area_m2;
  }
  const double far = std::sqrt(50.0 * 50 - 100);
  const double length = 192 - 0.2;
  EXPECT_NEAR(all, 2 * length * (far - 3), 5);
  EXPECT_NEAR(good, 2 * length * (0.9 * far - 7), 5);
  EXPECT_EQ(coverage.track().size(), 1U);
  EXPECT_NEAR(coverage.track()[0].length_m, length, 0.1);
}

TEST(SeabedMap, CountsOverlapsOnce) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 192, {});
  survey.run(0, 192, 0, 0, {});
  const CoverageFigures figures = SeabedMap(coverage_of(survey.pairs()), FusionSettings{}).figures();
  const double far = std::sqrt(50.0 * 50 - 100);
  EXPECT_NEAR(figures.covered_m2, 192 * 2 * (far - 3), 0.02 * figures.covered_m2);
  EXPECT_NEAR(figures.twice_m2, 192 * 2 * (0.9 * far - 7), 0.03 * figures.twice_m2);
  EXPECT_GT(figures.residual_risk, 0.04) << "what two good looks leave";
  EXPECT_LT(figures.residual_risk, 0.2);
}

TEST(SeabedMap, StripUnderTheTrackIsAHole) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 192, {});
  const auto holes = SeabedMap(coverage_of(survey.pairs()), FusionSettings{}).holes();
  ASSERT_EQ(holes.size(), 1U);
  EXPECT_EQ(holes[0].reason, "under the track");
  EXPECT_NEAR(holes[0].area_m2, 192 * 6, 0.05 * 192 * 6);
  EXPECT_EQ(holes[0].outline.size(), 4U) << "a rectangle";
}

TEST(SeabedMap, LostFramesAreAHoleUnlessAnotherPassSawTheBottomThere) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 192, {});
  survey.run(25, 192, 25, 0, {});
  auto& pairs = survey.pairs();
  pairs.erase(pairs.begin() + 30, pairs.begin() + 34);
  const auto holes = SeabedMap(coverage_of(pairs), FusionSettings{}).holes();
  ASSERT_FALSE(holes.empty());
  EXPECT_EQ(holes[0].reason, "lost frames");
  // What the line 25 m farther east cannot see: from its port range's end to that of the first line.
  EXPECT_NEAR(holes[0].area_m2, 13 * 25, 0.15 * 13 * 25);
}

TEST(SeabedMap, LostFramesAreAHoleHoweverLong) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 192, {});
  auto& pairs = survey.pairs();
  pairs.erase(pairs.begin() + 19, pairs.begin() + 41);  // 60.8 to 131.2 m.
  const auto holes = SeabedMap(coverage_of(pairs), FusionSettings{}).holes();
  ASSERT_FALSE(holes.empty());
  EXPECT_EQ(holes[0].reason, "lost frames");
}

TEST(SeabedMap, GapBetweenLinesIsAHoleAndTheOpenSeaIsNone) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 192, {});
  survey.run(120, 192, 120, 0, {});
  const auto holes = SeabedMap(coverage_of(survey.pairs()), FusionSettings{}).holes();
  ASSERT_EQ(holes.size(), 3U);
  EXPECT_EQ(holes[0].reason, "between lines");
  const double far = std::sqrt(50.0 * 50 - 100);
  EXPECT_NEAR(holes[0].area_m2, 192 * (120 - 2 * far), 0.05 * holes[0].area_m2);
}

TEST(SeabedMap, NothingCoveredIsNothing) {
  const Coverage coverage{CoverageSettings{}};
  const SeabedMap map(coverage, FusionSettings{});
  EXPECT_EQ(map.figures().covered_m2, 0);
  EXPECT_TRUE(map.holes().empty());
}

TEST(CoverageInFusion, PassThatSeesNothingTakesConfidenceAway) {
  SurveyBuilder survey;
  const std::vector<SurveyBuilder::Object> ghost{{.east_m = 30, .north_m = 100}};
  survey.run(0, 0, 0, 200, ghost);
  survey.run(0, 200, 60, 200, {});
  survey.run(60, 200, 60, 0, {});
  TemporaryFile file("ghost.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion fusion({}, store);
  fuse_all(fusion, survey.pairs());
  fusion.finish();

  const auto contacts = contacts_in(store);
  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].misses, 1U);
  EXPECT_NEAR(contacts[0].llr, 4 + std::log(0.2), 1e-4);
}

TEST(CoverageInFusion, EarlierPassThatSawNothingCountsToo) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 200, {});
  survey.run(0, 200, 60, 200, {});
  survey.run(60, 200, 60, 0, {{.east_m = 30, .north_m = 100}});
  TemporaryFile file("late.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion fusion({}, store);
  fuse_all(fusion, survey.pairs());
  fusion.finish();
  EXPECT_EQ(contacts_in(store).at(0).misses, 1U);
  EXPECT_GT(fusion.coverage().covered_m2, 20000);
}

}  // namespace
}  // namespace towfish
