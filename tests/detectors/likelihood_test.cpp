#include "detectors/likelihood.hpp"

#include <gtest/gtest.h>

#include "detectors/candidate.hpp"

namespace towfish {
namespace {

Detection judged(float height_m, float shadow_fill, float highlight_db = 8) {
  Candidate candidate;
  candidate.scores = {5, 5, 5};
  candidate.shadow_fill = shadow_fill;
  candidate.highlight_db = highlight_db;
  candidate.shadow_db = -8;
  Detection detection;
  detection.height_m = height_m;
  Likelihood({{5, 1, 1}, {5, 1, 1}, {5, 1, 1}}).judge(candidate, detection);
  return detection;
}

TEST(Likelihood, WhatStandsAsHighAsAMineIsLikelierThanARipple) {
  EXPECT_GT(judged(0.45F, 1).llr, judged(0.07F, 1).llr + 2);
  EXPECT_NEAR(judged(kUnknown, 1).llr, judged(0.2F, 1).llr, 1e-5);
}

TEST(Likelihood, AmidRipplesAHeightSaysMoreEitherWay) {
  EXPECT_GT(Likelihood::of_height(0.35F, 2), Likelihood::of_height(0.35F, 1) + 0.5F);
  EXPECT_LT(Likelihood::of_height(0.15F, 2), Likelihood::of_height(0.15F, 1) - 0.5F);
}

TEST(Likelihood, AShadowWithoutHighlightGainsNothingFromItsHeight) {
  EXPECT_GT(judged(0.6F, 1, 8).llr, judged(0.6F, 1, 0).llr + 1);
  EXPECT_NEAR(judged(0.6F, 1, 0).llr, judged(0.2F, 1, 0).llr, 1e-5);
}

TEST(Likelihood, AShadowWithGapsIsLessOfOne) {
  EXPECT_GT(judged(0.3F, 1).llr, judged(0.3F, 0.7F).llr + 0.5);
}

float llr_of(Candidate candidate) {
  candidate.scores = {5, 5, 5};
  Detection detection;
  Likelihood({{5, 1, 1}, {5, 1, 1}, {5, 1, 1}}).judge(candidate, detection);
  return detection.llr;
}

TEST(Likelihood, NearABottomReturnThatLeapsLittleIsBelieved) {
  const auto llr = [](float leap_m, float behind_bottom_m) {
    return llr_of({.behind_bottom_m = behind_bottom_m, .bottom_leap_m = leap_m});
  };
  EXPECT_LT(llr(1, 1), llr(0.16F, 1) - 2);
  EXPECT_EQ(llr(1, 10), llr(0, 10));
}

TEST(Likelihood, ABrightHighlightWithoutShadowSpeaksForAnObjectOnACalmBottomOnly) {
  const auto llr = [](float highlight_db, float shadow_db, float clutter_db) {
    return llr_of({.highlight_db = highlight_db, .shadow_db = shadow_db, .clutter_db = clutter_db});
  };
  EXPECT_GT(llr(10, -0.5F, 1), llr(6, -0.5F, 1) + 2);
  EXPECT_EQ(llr(10, -0.5F, 2), llr(6, -0.5F, 2));
  EXPECT_EQ(llr(10, -6, 1), llr(6, -6, 1));
}

float llr_at_height(float height_m, Candidate candidate) {
  candidate.scores = {5, 5, 5};
  Detection detection;
  detection.height_m = height_m;
  Likelihood({{5, 1, 1}, {5, 1, 1}, {5, 1, 1}}).judge(candidate, detection);
  return detection.llr;
}

TEST(Likelihood, OfWhatFloatsOverACalmBottomTheShadowSaysNothing) {
  const auto cost_of_lying_low = [](float highlight_db, float shadow_db, float clutter_db) {
    const Candidate candidate{.highlight_db = highlight_db, .shadow_db = shadow_db, .clutter_db = clutter_db};
    return llr_at_height(0.2F, candidate) - llr_at_height(0.05F, candidate);
  };
  EXPECT_NEAR(cost_of_lying_low(9, 0, 1), 0, 1e-5);
  EXPECT_GT(cost_of_lying_low(4, 0, 1), 2);
  EXPECT_GT(cost_of_lying_low(9, -5, 1), 2);
  EXPECT_GT(cost_of_lying_low(9, 0, 2), 2);
}

TEST(Likelihood, ALongBrightBandWithoutShadowIsNoObject) {
  const auto llr = [](float length_m, float shadow_db) {
    return llr_of({.length_m = length_m, .highlight_db = 9, .shadow_db = shadow_db, .clutter_db = 1});
  };
  EXPECT_LT(llr(3.5F, 0), llr(2, 0) - 3);
  EXPECT_EQ(llr(3.5F, -5), llr(2, -5));
}

TEST(Likelihood, ALongShadowWithoutHighlightIsThatOfSomethingElse) {
  const auto llr = [](float shadow_m, float highlight_db) {
    return llr_of({.shadow_m = shadow_m, .highlight_db = highlight_db, .shadow_db = -10});
  };
  EXPECT_LT(llr(4.5F, 3), llr(2.5F, 3) - 3);
  EXPECT_EQ(llr(4.5F, 7), llr(2.5F, 7));
}

TEST(Likelihood, WhatIsSeenInATurnIsBelievedLess) {
  EXPECT_LT(llr_of({.bend = 1}), llr_of({.bend = 0}) - 3);
  EXPECT_EQ(llr_of({.bend = 0.3F}), llr_of({.bend = 0}));
}

}  // namespace
}  // namespace towfish
