#include "pipeline/fusion/combine.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace towfish {
namespace {

Look look(double east_m, double north_m, Covariance covariance, float llr = 2) {
  Look l;
  l.id = 1;
  l.position = LocalPlane({58, 11}).to_position({east_m, north_m});
  l.covariance = covariance;
  l.llr = llr;
  return l;
}

Contact of(const std::vector<Look>& looks, float miss_llr = 0, const ResightingSettings& settings = {}) {
  Contact contact;
  contact.miss_llr = miss_llr;
  combine(looks, settings, contact);
  return contact;
}

TEST(Combine, BetterKnownLookCountsMore) {
  const Contact c = of({look(0, 0, {1, 1, 0}), look(4, 0, {3, 3, 0})});
  EXPECT_LT(distance_m(c.position, LocalPlane({58, 11}).to_position({1, 0})), 1e-3);
  EXPECT_NEAR(c.covariance.east2, 0.75, 1e-9);
}

TEST(Combine, CrossedEllipsesMeetWhereBothAreNarrow) {
  const Contact c = of({look(0, 5, {0.01, 25, 0}), look(5, 0, {25, 0.01, 0})});
  EXPECT_LT(distance_m(c.position, {58, 11}), 0.02);
  EXPECT_LT(c.position_error_m(), 0.3F);
}

TEST(Combine, ScoresAddAndMissesTakeAway) {
  ResightingSettings settings;
  settings.look_correlation = 0;
  settings.prior = 0.1F;
  const Contact twice = of({look(0, 0, {1, 1, 0}, 2), look(0, 0, {1, 1, 0}, 3)}, 0, settings);
  EXPECT_NEAR(twice.confidence, 1 / (1 + std::exp(-(5 + std::log(0.1 / 0.9)))), 1e-5);
  const Contact missed = of({look(0, 0, {1, 1, 0}, 2), look(0, 0, {1, 1, 0}, 3)}, -1.5F, settings);
  EXPECT_NEAR(missed.llr, 3.5, 1e-5);
}

TEST(Combine, WhatLooksShareCountsOnce) {
  const Look one = look(0, 0, {1, 1, 0}, 3);
  EXPECT_NEAR(of({one}).llr, 3, 1e-5);
  EXPECT_NEAR(of({one, one}).llr, 6 / 1.4, 1e-5);
  EXPECT_NEAR(of({one, one, one}).llr, 9 / 1.8, 1e-5);
  EXPECT_NEAR(of({one, one}, -1.6F).llr, 6 / 1.4 - 1.6, 1e-5) << "a miss is another matter";
  ResightingSettings same;
  same.look_correlation = 1;
  EXPECT_NEAR(of({one, one, one}, 0, same).llr, 3, 1e-5);
}

Look look_of_height(float height_m, float llr = 2) {
  Look l = look(0, 0, {1, 1, 0}, llr);
  l.height_m = height_m;
  return l;
}

TEST(Combine, HeightThatLooksAgreeOnTellsMineFromStone) {
  const Contact mine = of({look_of_height(0.3F), look_of_height(0.34F)});
  EXPECT_NEAR(mine.llr, 4 / 1.4 + 6 * std::log(0.32 / 0.2), 1e-4);
  EXPECT_GT(mine.confidence, of({look(0, 0, {1, 1, 0}), look(0, 0, {1, 1, 0})}).confidence);
  const Contact stone = of({look_of_height(0.14F), look_of_height(0.18F)});
  EXPECT_NEAR(stone.llr, 4 / 1.4 + 6 * std::log(0.16 / 0.2), 1e-4);
}

TEST(Combine, HeightSaysNoMoreThanSoMuch) {
  EXPECT_NEAR(of({look_of_height(0.02F), look_of_height(0.02F)}).llr, 4 / 1.4 - 2.5, 1e-5) << "what floats";
  EXPECT_NEAR(of({look_of_height(1.5F), look_of_height(1.5F)}).llr, 4 / 1.4 + 5, 1e-5);
}

TEST(Combine, OneWrongShadowAmongSeveralChangesNothing) {
  const Contact mine = of({look_of_height(0.3F), look_of_height(0.02F), look_of_height(0.3F)});
  EXPECT_NEAR(mine.llr, 6 / 1.8 + 6 * std::log(0.3 / 0.2), 1e-4);
}

TEST(Combine, HeightOfOneLookWasJudgedWithIt) {
  EXPECT_NEAR(of({look_of_height(0.4F)}).llr, 2, 1e-5);
  EXPECT_NEAR(of({look_of_height(0.4F), look(0, 0, {1, 1, 0})}).llr, 4 / 1.4, 1e-5);
}

TEST(Combine, HeightOfAWreckSaysNothingOfMines) {
  Look wreck = look_of_height(1.5F);
  wreck.extended = true;
  EXPECT_NEAR(of({wreck, wreck}).llr, 4 / 1.4, 1e-5);
}

TEST(Combine, ClassFollowsTheScoresAndMineWinsATie) {
  Look mine = look(0, 0, {1, 1, 0}, 3);
  mine.contact_class = ContactClass::milco;
  Look rock = look(0, 0, {1, 1, 0}, 3);
  rock.contact_class = ContactClass::nombo;
  const Look echo = look(0, 0, {1, 1, 0}, 9);
  EXPECT_EQ(of({mine, rock}).contact_class, ContactClass::milco);
  rock.llr = 4;
  EXPECT_EQ(of({mine, rock, echo}).contact_class, ContactClass::nombo);
  EXPECT_EQ(of({echo}).contact_class, ContactClass::milec);
}

TEST(Combine, SizesAreMediansOfWhatWasMeasured) {
  Look a = look(0, 0, {1, 1, 0});
  Look b = a;
  Look c = a;
  a.length_m = 1;
  b.length_m = 1.2F;
  c.length_m = 9;
  EXPECT_FLOAT_EQ(of({a, b, c}).length_m, 1.2F);
  EXPECT_TRUE(std::isnan(of({a, b, c}).height_m));
}

TEST(Combine, LookWithoutPlaceLendsItsScoreOnly) {
  Look lost = look(0, 0, {1, 1, 0});
  lost.position = kNoPosition;
  const Contact c = of({lost, look(3, 0, {1, 1, 0})});
  EXPECT_LT(distance_m(c.position, LocalPlane({58, 11}).to_position({3, 0})), 1e-3);
  EXPECT_FALSE(of({lost}).has_position());
}

}  // namespace
}  // namespace towfish
