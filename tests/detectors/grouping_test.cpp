#include "detectors/grouping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "detectors/likelihood.hpp"

namespace towfish {
namespace {

// A moored sphere: a highlight, and 4 m behind it on the same track a shadow whose own near edge has speckle
// that is as bright in one ping.
std::vector<Judged> grouped_sphere(float highlight_db, float edge_db, float length_m = 1.2F) {
  Judged highlight;
  highlight.candidate.row = 100;
  highlight.candidate.spacing_m = 0.1F;
  highlight.candidate.scores = {3.6F, 3.6F, 3.6F};
  highlight.candidate.length_m = length_m;
  highlight.candidate.highlight_db = highlight_db;
  highlight.candidate.peak_db = 11;
  highlight.candidate.clutter_db = 0.9F;
  highlight.detection.sample = 760;
  highlight.detection.slant_range_m = 18.6F;
  highlight.detection.altitude_m = 6;
  highlight.detection.llr = -3;
  Judged shadow = highlight;
  shadow.candidate.row = 101;
  shadow.candidate.highlight_db = edge_db;
  shadow.candidate.peak_db = 8.2F;
  shadow.candidate.shadow_db = -13;
  shadow.detection.sample = 925;
  shadow.detection.llr = 3;
  const Region none;
  Grouping grouping([&](const Candidate&) -> const Region& { return none; });
  grouping.add(highlight);
  grouping.add(shadow);
  std::vector<Judged> decided;
  grouping.release(1000, 0.0244F, [&](const Judged& judged) { decided.push_back(judged); });
  return decided;
}

TEST(Grouping, AShadowBelongsToTheBrighterHighlightAheadOfItWhateverOnePingOfItsEdgeSays) {
  const auto joined = grouped_sphere(7.9F, 2.1F);
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_EQ(joined[0].detection.sample, 760U);
  EXPECT_GT(joined[0].detection.llr, 3);
  EXPECT_EQ(grouped_sphere(5, 4).size(), 2U);
}

TEST(Grouping, ASpeckleAheadOfAShadowIsNotWhatCastsIt) {
  EXPECT_EQ(grouped_sphere(7.9F, 2.1F, 0.8F).size(), 1U);
  EXPECT_EQ(grouped_sphere(7.9F, 2.1F, 0.45F).size(), 2U);
}

// A candidate of that likelihood in the middle, and others every metre and a half along track.
std::vector<Judged> grouped(float llr, float llr_of_others, float shadow_clutter_db = 3) {
  const Region none;
  Grouping grouping([&](const Candidate&) -> const Region& { return none; });
  std::vector<Judged> decided;
  for (std::int64_t i = 0; i < 9; ++i) {
    Judged one;
    one.candidate.row = 100 + 15 * i;
    one.candidate.spacing_m = 0.1F;
    one.candidate.clutter_db = 4;
    one.candidate.shadow_clutter_db = shadow_clutter_db;
    one.detection.first_ping = one.detection.last_ping = static_cast<std::uint64_t>(one.candidate.row);
    one.detection.sample = 300;
    one.detection.highlight_first_sample = one.detection.shadow_last_sample = 300;
    one.detection.contact_class = ContactClass::milco;
    one.detection.llr = i == 4 ? llr : llr_of_others;
    grouping.add(one);
  }
  grouping.release(1000, 0.05F, [&](const Judged& judged) { decided.push_back(judged); });
  return decided;
}

const Judged* in_the_middle(const std::vector<Judged>& decided) {
  const auto it = std::find_if(decided.begin(), decided.end(),
                               [](const Judged& one) { return one.candidate.row == 160; });
  return it == decided.end() ? nullptr : &*it;
}

TEST(Grouping, ManyAlikeAreOneExtendedObject) {
  const auto decided = grouped(2, 1.5F);
  ASSERT_NE(in_the_middle(decided), nullptr);
  EXPECT_EQ(in_the_middle(decided)->detection.contact_class, ContactClass::nombo);
}

TEST(Grouping, AmongRipplesWhichEvenOutOverAShadowsLengthNothingIsExtended) {
  const auto decided = grouped(2, 1.5F, 1.2F);
  ASSERT_EQ(decided.size(), 9U);
  EXPECT_EQ(in_the_middle(decided)->detection.contact_class, ContactClass::milco);
}

TEST(Grouping, AnObjectThatStandsOutAmongClutterStaysByItself) {
  const auto decided = grouped(3, -4);
  ASSERT_NE(in_the_middle(decided), nullptr);
  EXPECT_EQ(in_the_middle(decided)->detection.contact_class, ContactClass::milco);
  EXPECT_EQ(in_the_middle(decided)->detection.llr, 3);
}

}  // namespace
}  // namespace towfish
