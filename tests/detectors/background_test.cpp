#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "detectors/clutter.hpp"
#include "detectors/column_background.hpp"
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

struct ClutterAt {
  float small = -1;
  float shadow = -1;
};

ClutterAt both_clutters_at(const TestScene& scene, std::int64_t ping, int cell) {
  Conditioning rows;
  Clutter clutter;
  const FrameView frame = scene.frame(0, scene.size());
  rows.reset(frame.header.geometry, 0);
  clutter.reset(rows);
  for (std::size_t i = 0; i < scene.size(); ++i) {
    rows.push(frame.pings[i], frame.trace(i));
    clutter.advance(rows, false);
    const auto i_cell = static_cast<std::size_t>(cell);
    if (clutter.ready() > ping) return {clutter.row(ping)[i_cell], clutter.shadow_row(ping)[i_cell]};
  }
  return {};
}

float clutter_at(const TestScene& scene, std::int64_t ping, int cell) {
  return both_clutters_at(scene, ping, cell).small;
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

TEST(Clutter, RipplesEvenOutOverAShadowsLength) {
  TestScene scene(400);
  const auto bare = both_clutters_at(scene, 200, 160);
  scene.put_ripples(9);
  const auto rippled = both_clutters_at(scene, 200, 160);
  EXPECT_GT(rippled.small, 2 * bare.small);
  EXPECT_LT(rippled.shadow, 0.4F * rippled.small);
}

TEST(Clutter, MeansOverLongerLengthsScatterMoreAsAShadowDoes) {
  EXPECT_EQ(Clutter::share_of_shadow(0.3F), 0);
  EXPECT_GT(Clutter::share_of_shadow(1), Clutter::share_of_shadow(0.5F));
  EXPECT_EQ(Clutter::share_of_shadow(2), 1);
  EXPECT_EQ(Clutter::share_of_shadow(5), 1);
}

}  // namespace
}  // namespace towfish
