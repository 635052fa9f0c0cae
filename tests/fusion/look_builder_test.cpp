#include "pipeline/fusion/look_builder.hpp"

#include <gmock/gmock.h>

namespace towfish {
namespace {

/// A detection of `pings` x `samples` on starboard; a ping is 0.1 m and a sample 0.05 m.
PlacedDetection piece(std::uint64_t first_ping, std::uint64_t pings, std::uint32_t first_sample,
                      std::uint32_t samples, float llr = 3) {
  PlacedDetection placed;
  Detection& d = placed.detection;
  d.side = Side::starboard;
  d.first_ping = first_ping;
  d.last_ping = first_ping + pings - 1;
  d.ping = first_ping + pings / 2;
  d.highlight_first_sample = first_sample;
  d.highlight_last_sample = first_sample + samples - 1;
  d.sample = d.highlight_last_sample;
  d.shadow_last_sample = d.highlight_last_sample + 10;
  d.length_m = static_cast<float>(pings) * 0.1F;
  d.width_m = static_cast<float>(samples) * 0.05F;
  d.llr = llr;
  placed.detection.at.speed_mps = 2;
  placed.detection.at.interval_s = 0.05F;
  placed.sample_spacing_m = 0.05;
  return placed;
}

struct Built {
  LookBuilder builder{LookSettings{}};
  std::uint64_t next_id = 1;
  LookBuilder::Growth add(const PlacedDetection& placed) { return builder.add(placed, next_id); }
};

TEST(LookBuilder, PiecesThatTouchAcrossAFrameBorderAreOneLookOfFullLength) {
  Built looks;
  looks.add(piece(100, 28, 400, 10));
  const auto grown = looks.add(piece(128, 30, 402, 10));
  EXPECT_FALSE(grown.is_new);
  EXPECT_EQ(grown.look.id, 1U);
  EXPECT_EQ(grown.look.detections, 2U);
  EXPECT_NEAR(grown.look.length_m, 5.8, 1e-3);
}

TEST(LookBuilder, SameObjectFromTwoOverlappingWindowsKeepsItsLength) {
  Built looks;
  looks.add(piece(100, 15, 400, 10, 3));
  const auto grown = looks.add(piece(102, 15, 401, 10, 5));
  EXPECT_FALSE(grown.is_new);
  EXPECT_NEAR(grown.look.length_m, 1.5, 1e-3);
  EXPECT_EQ(grown.look.llr, 5.0F);
  EXPECT_EQ(grown.look.ping, 109U) << "of the better one";
}

TEST(LookBuilder, AnErrorIsThatOfAPieceWhosePlaceIsKnown) {
  PlacedDetection known = piece(110, 10, 400, 10, 3);
  known.placement.position = {56, -4};
  known.placement.covariance = {1, 2, 0};
  for (const bool known_first : {false, true}) {
    Built looks;
    const PlacedDetection unknown = piece(100, 10, 400, 10, 5);  // Before navigation began.
    looks.add(known_first ? known : unknown);
    const Look look = looks.add(known_first ? unknown : known).look;
    EXPECT_EQ(look.detections, 2U);
    EXPECT_TRUE(look.has_position());
    EXPECT_GE(look.covariance.east2, 1) << "NaN otherwise";
    EXPECT_GE(look.covariance.north2, 2);
  }
}

TEST(LookBuilder, PieceBetweenTwoJoinsThem) {
  Built looks;
  looks.add(piece(100, 10, 400, 10));
  looks.add(piece(120, 10, 400, 10));
  const auto grown = looks.add(piece(110, 10, 400, 10));
  EXPECT_EQ(grown.look.id, 1U);
  EXPECT_THAT(grown.absorbed, ::testing::ElementsAre(3U));
}

TEST(LookBuilder, OneMetreApartIsAnotherObject) {
  Built looks;
  looks.add(piece(100, 10, 400, 10));
  EXPECT_TRUE(looks.add(piece(120, 10, 400, 10)).is_new);
  EXPECT_TRUE(looks.add(piece(100, 10, 430, 10)).is_new);
}

TEST(LookBuilder, WhatStandsInAShadowBelongsToWhatCastsIt) {
  PlacedDetection cylinder = piece(100, 10, 400, 10);
  cylinder.detection.shadow_last_sample = 430;
  for (const std::uint32_t far_end : {425U, 434U}) {
    Built looks;
    looks.add(cylinder);
    EXPECT_FALSE(looks.add(piece(102, 5, far_end, 3)).is_new) << far_end;
  }
  Built looks;
  looks.add(cylinder);
  EXPECT_TRUE(looks.add(piece(102, 5, 440, 3)).is_new) << "behind the shadow";
  EXPECT_TRUE(looks.add(piece(120, 5, 425, 3)).is_new) << "beside it";
  PlacedDetection wall = piece(200, 10, 400, 10);
  wall.detection.shadow_last_sample = 600;
  looks.add(wall);
  EXPECT_TRUE(looks.add(piece(202, 5, 460, 3)).is_new) << "farther behind than a mine is long";
}

TEST(LookBuilder, FourInARowAreFourObjectsFiveAreACrowd) {
  Built looks;
  LookBuilder::Growth last;
  for (std::uint64_t i = 0; i < 4; ++i) {
    last = looks.add(piece(100 + i * 22, 12, 400, 10));
    EXPECT_TRUE(last.is_new);
  }
  last = looks.add(piece(100 + 4 * 22, 12, 400, 10));
  EXPECT_EQ(last.look.id, 1U);
  EXPECT_THAT(last.absorbed, ::testing::UnorderedElementsAre(3U, 5U, 7U));
  EXPECT_TRUE(last.look.extended);
  EXPECT_EQ(last.look.contact_class, ContactClass::nombo);
}

TEST(LookBuilder, HalvesOfAHullThatTheDetectorCallsNoMineAreOneLookAndOfAMineLieApart) {
  for (const ContactClass called : {ContactClass::nombo, ContactClass::milco}) {
    Built looks;
    PlacedDetection half = piece(100, 50, 400, 40);
    half.detection.contact_class = called;
    EXPECT_EQ(looks.add(half).look.extended, called == ContactClass::nombo);
    half = piece(176, 50, 400, 40);  // 2.6 m on
    half.detection.contact_class = called;
    EXPECT_EQ(looks.add(half).is_new, called == ContactClass::milco);
  }
}

TEST(LookBuilder, CrowdWithinTheSizeOfAMineIsNotExtended) {
  Built looks;
  LookBuilder::Growth last;
  for (std::uint32_t i = 0; i < 6; ++i) last = looks.add(piece(100 + i % 2 * 15, 8, 400 + i * 20, 8));
  EXPECT_FALSE(last.look.extended);
}

TEST(LookBuilder, OneDetectionLongerThanAMineIsExtended) {
  Built looks;
  EXPECT_TRUE(looks.add(piece(100, 90, 400, 10)).look.extended);
}

TEST(LookBuilder, SettledLookDoesNotGrowAnyMore) {
  Built looks;
  looks.add(piece(100, 10, 400, 10));
  looks.add(piece(600, 10, 900, 10));
  EXPECT_TRUE(looks.add(piece(110, 10, 400, 10)).is_new);
}

}  // namespace
}  // namespace towfish
