#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "detectors/candidate.hpp"
#include "detectors/clutter.hpp"
#include "detectors/column_background.hpp"
#include "detectors/grouping.hpp"
#include "detectors/likelihood.hpp"
#include "detectors/log_amplitude.hpp"
#include "tests/detectors/test_scene.hpp"

namespace towfish {
namespace {

constexpr std::int16_t kLevel = 3000;

// Rows of one cell: all of `kLevel`, but an object of `length` rows in the middle, `above` over it.
std::vector<int> backgrounds(int rows, int length, int above, std::uint64_t first_ping = 0) {
  ColumnBackground background;
  background.reset(1, first_ping);
  std::vector<int> found;
  std::int64_t done = 0;
  const auto drain = [&] {
    while (done < background.ready()) found.push_back(background.of(done++)[0]);
  };
  for (int i = 0; i < rows; ++i) {
    const bool object = std::abs(i - rows / 2) <= length / 2;
    const auto cell = static_cast<std::int16_t>(kLevel + (object ? above : 0));
    background.push({&cell, 1});
    drain();
  }
  background.finish();
  drain();
  return found;
}

TEST(ColumnBackground, ALongShadowLeavesNoTrail) {
  const auto found = backgrounds(300, 14, steps(-12));
  ASSERT_EQ(found.size(), 300U);
  // Where most blocks are there.
  for (std::size_t i = 40; i < 260; ++i) EXPECT_NEAR(found[i], kLevel, steps(0.5)) << i;
}

TEST(ColumnBackground, FollowsALevelThatStays) {
  ColumnBackground background;
  background.reset(1, 0);
  for (int i = 0; i < 200; ++i) {
    const auto cell = static_cast<std::int16_t>(i < 100 ? kLevel : kLevel + steps(6));
    background.push({&cell, 1});
    if (i == 90) {
      EXPECT_EQ(background.of(80)[0], kLevel);
    }
  }
  background.finish();
  EXPECT_EQ(background.of(190)[0], kLevel + steps(6));
}

TEST(ColumnBackground, IsTheSameWhereverTheRecordingIsEntered) {
  ColumnBackground all;
  ColumnBackground late;
  all.reset(1, 0);
  late.reset(1, 101);
  for (std::int64_t ping = 0; ping < 400; ++ping) {
    const auto cell = static_cast<std::int16_t>(kLevel + (ping * 7919) % 512);
    all.push({&cell, 1});
    if (ping >= 101) late.push({&cell, 1});
    if (ping < 200) continue;
    ASSERT_EQ(all.ready() - 101, late.ready());
    ASSERT_EQ(all.of(all.ready() - 1)[0], late.of(late.ready() - 1)[0]) << ping;
  }
}

TEST(ColumnBackground, ARowThatWasNotRecordedCountsForNothing) {
  ColumnBackground background;
  background.reset(1, 0);
  for (int i = 0; i < 64; ++i) {
    if (i % 3 == 0) {
      background.push({});
      continue;
    }
    background.push({&kLevel, 1});
  }
  background.finish();
  EXPECT_EQ(background.of(0)[0], kLevel);
  EXPECT_EQ(background.of(63)[0], kLevel);
}

float clutter_at(const TestScene& scene, std::int64_t ping, int cell) {
  Conditioning rows;
  Clutter clutter;
  const FrameView frame = scene.frame(0, scene.size());
  rows.reset(frame.header.geometry, 0);
  clutter.reset(rows);
  for (std::size_t i = 0; i < scene.size(); ++i) {
    rows.push(frame.pings[i], frame.trace(i));
    clutter.advance(rows, false);
    if (clutter.ready() > ping) return clutter.row(ping)[static_cast<std::size_t>(cell)];
  }
  return -1;
}

TEST(Clutter, AnObjectDoesNotRaiseItsOwn) {
  TestScene scene(400);
  const float bare = clutter_at(scene, 200, 160);
  scene.put_object(200, TestScene::kBottom + 160, 17, 8, 30);
  const float with_object = clutter_at(scene, 200, 160);
  EXPECT_GT(bare, 0.5F);
  EXPECT_LT(with_object, 1.5F * bare);
}

TEST(Clutter, ManyStonesDo) {
  TestScene scene(400);
  const float bare = clutter_at(scene, 200, 160);
  for (std::size_t ping = 100; ping < 300; ping += 12) {
    for (std::uint32_t sample = 180; sample < 320; sample += 16) scene.put_object(ping, sample, 5, 4, 6);
  }
  EXPECT_GT(clutter_at(scene, 200, 160), 1.7F * bare);
}

Detection judged(float height_m, float shadow_fill, float highlight_db = 8) {
  Candidate candidate;
  candidate.scores = {5, 5, 5};
  candidate.shadow_fill = shadow_fill;
  candidate.highlight_db = highlight_db;
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

TEST(Likelihood, WhatIsSeenInATurnIsBelievedLess) {
  EXPECT_LT(llr_of({.bend = 1}), llr_of({.bend = 0}) - 3);
  EXPECT_EQ(llr_of({.bend = 0.3F}), llr_of({.bend = 0}));
}

/// What the measurement says of a candidate in the middle of pings on these headings, 0.1 m apart, 20 m off.
float bend_on(const std::function<float(int)>& heading_deg) {
  TestScene scene(200);
  Conditioning rows;
  rows.reset(scene.geometry(), 0);
  for (std::size_t i = 0; i < scene.size(); ++i) {
    scene.pings()[i].heading_deg = heading_deg(static_cast<int>(i));
    rows.push(scene.pings()[i], scene.frame(i, 1).trace(0));
  }
  rows.finish();
  Clutter clutter;
  clutter.reset(rows);
  Candidate candidate;
  candidate.row = 100;
  candidate.cell = static_cast<int>(20 / rows.cell_m()) - rows.info(100).bottom;
  Measurement(rows, clutter, rows.ready()).measure(candidate);
  return candidate.bend;
}

TEST(Measurement, ATurnBendsTheTrackAndAJitteringOrWrongHeadingDoesNot) {
  // 1 degree a ping of about 0.1 m: a radius of about 6 m, so at 20 m the far side sweeps past.
  const float turning =
      bend_on([](int ping) { return std::fmod(350.0F + static_cast<float>(ping), 360.0F); });
  EXPECT_NEAR(turning, 3.5F, 0.5F);
  EXPECT_NEAR(bend_on([](int ping) { return std::fmod(370.0F - static_cast<float>(ping), 360.0F); }), turning,
              0.1F);
  EXPECT_LT(bend_on([](int ping) { return ping % 2 == 0 ? 88.0F : 92.0F; }), 0.01F);
  for (const int wrong : {60, 100, 140}) {
    EXPECT_LT(bend_on([wrong](int ping) { return ping == wrong ? 0.0F : 90.0F; }), 0.01F) << wrong;
  }
  EXPECT_EQ(bend_on([](int) { return kUnknown; }), 0);
}

// A moored sphere: a highlight, and 4 m behind it on the same track a shadow whose own near edge has speckle
// that is as bright in one ping.
std::vector<Judged> grouped_sphere(float highlight_db, float edge_db) {
  Judged highlight;
  highlight.candidate.row = 100;
  highlight.candidate.spacing_m = 0.1F;
  highlight.candidate.scores = {3.6F, 3.6F, 3.6F};
  highlight.candidate.length_m = 1.2F;
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
  Grouping grouping;
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

// A candidate of that likelihood in the middle, and others every metre and a half along track.
std::vector<Judged> grouped(float llr, float llr_of_others) {
  Grouping grouping;
  std::vector<Judged> decided;
  for (std::int64_t i = 0; i < 9; ++i) {
    Judged one;
    one.candidate.row = 100 + 15 * i;
    one.candidate.spacing_m = 0.1F;
    one.candidate.clutter_db = 4;
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

TEST(Grouping, AnObjectThatStandsOutAmongClutterStaysByItself) {
  const auto decided = grouped(3, -4);
  ASSERT_NE(in_the_middle(decided), nullptr);
  EXPECT_EQ(in_the_middle(decided)->detection.contact_class, ContactClass::milco);
  EXPECT_EQ(in_the_middle(decided)->detection.llr, 3);
}

}  // namespace
}  // namespace towfish
