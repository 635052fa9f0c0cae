#include "pipeline/fusion/resighting.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "pipeline/fusion/fusion.hpp"
#include "tests/fusion/survey_builder.hpp"

namespace towfish {
namespace {

using Objects = std::vector<SurveyBuilder::Object>;

TEST(Resighting, ObjectSeenAgainFromTheOtherSideIsTheSameContactAndSurer) {
  auto survey = two_passes({{.east_m = 20, .north_m = 100}}, 1.0, -0.8);

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
  EXPECT_NEAR(contacts[0].llr, 8 / 1.4, 1e-3);
  EXPECT_LT(distance_m(contacts[0].position, survey.at(20.5, 99.6)), 0.2) << "half of the navigation error";
}

TEST(Resighting, SameLineInTwoLogsIsTwoPasses) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 200, {{.east_m = 20, .north_m = 100}});
  const std::size_t first_log = survey.pairs().size();
  survey.run(0, 0, 0, 200, {{.east_m = 20, .north_m = 100}});
  for (std::size_t i = first_log; i < survey.pairs().size(); ++i) {
    for (const Side side : kSides) {
      ReportPair& pair = survey.pairs()[i];
      constexpr std::int64_t kMinuteNs = 60'000'000'000;
      pair.reports[index(side)].first.time_utc_ns += kMinuteNs;
      pair.reports[index(side)].last.time_utc_ns += kMinuteNs;
      for (Detection& d : pair.detections[index(side)]) d.at.time_utc_ns += kMinuteNs;
    }
  }

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
}

TEST(Resighting, PassesDecidedOnTogetherAreStillOneContact) {
  SurveyBuilder survey;
  const Objects object{{.east_m = 20, .north_m = 20}};
  survey.run(0, 0, 0, 40, object);
  survey.run(0, 40, 40, 40, {});
  survey.run(40, 40, 40, 0, object);
  survey.run(40, 0, 0, 0, {});
  survey.run(0, 0, 0, 40, object);

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U) << "all of it is shorter than decide_pings";
  EXPECT_EQ(contacts[0].looks.size(), 3U);
}

TEST(Resighting, SecondLookShrinksTheErrorEllipse) {
  SurveyBuilder once;
  once.run(0, 0, 0, 200, {{.east_m = 20, .north_m = 100}});
  auto twice = two_passes({{.east_m = 20, .north_m = 100}});

  const auto one = contacts_of(once.pairs());
  const auto two = contacts_of(twice.pairs());

  EXPECT_LT(two[0].position_error_m(), 0.8F * one[0].position_error_m());
}

TEST(Resighting, TwoMinesThreeMetresApartStayTwoAlsoWhenNavigationIsOffByHalfOfThat) {
  auto survey = two_passes({{.east_m = 20, .north_m = 100}, {.east_m = 20, .north_m = 103}}, 0, 1.5);

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 2U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
  EXPECT_EQ(contacts[1].looks.size(), 2U);
  EXPECT_NEAR(distance_m(contacts[0].position, contacts[1].position), 3.0, 0.2);
}

TEST(Resighting, TwoMinesInOnePassAreNeverOneHoweverBadTheNavigation) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 600, {{.east_m = 20, .north_m = 100}, {.east_m = 20, .north_m = 104}});
  FusionSettings settings;
  settings.placement.navigation_sigma_m = 50;

  EXPECT_EQ(contacts_of(survey.pairs(), settings).size(), 2U);
}

/// Two lines over a mine and an echo 2.8 m beside it, north of it on the first and south of it on the second.
std::vector<Contact> contacts_of_mine_between_echoes(float echo_llr) {
  SurveyBuilder survey;
  const SurveyBuilder::Object mine{.east_m = 20, .north_m = 100};
  survey.run(0, 0, 0, 200, {mine, {.east_m = 20, .north_m = 102.8, .llr = echo_llr}});
  survey.run(0, 200, 40, 200, {});
  survey.run(40, 200, 40, 0, {mine, {.east_m = 20, .north_m = 97.2, .llr = echo_llr}});
  return contacts_of(survey.pairs());
}

TEST(Resighting, LooksAtAMineFindEachOtherAmidFaintEchoes) {
  const auto contacts = contacts_of_mine_between_echoes(-3);

  ASSERT_EQ(contacts.size(), 3U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
  EXPECT_NEAR(contacts[0].llr, 8 / 1.4, 1e-3);
}

TEST(Resighting, PairsOfEquallyGoodEchoesAreTwoObjects) {
  EXPECT_EQ(contacts_of_mine_between_echoes(4).size(), 2U) << "navigation was off by 2.8 m";
}

TEST(Resighting, MissesKeepNoLookFromItsContact) {
  SurveyBuilder survey;
  const Objects object{{.east_m = 20, .north_m = 100, .llr = -1}};
  for (int line = 0; line < 6; ++line) {
    const bool up = line % 2 == 0;
    const bool seen = line == 0 || line == 5;
    survey.run(0, up ? 0 : 200, 0, up ? 200 : 0, seen ? object : Objects{});
  }

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U) << "else it would depend on when misses are counted";
  EXPECT_EQ(contacts[0].misses, 4U);
}

TEST(Resighting, ObjectSeenAgainInTheTurnIsStillOneContact) {
  SurveyBuilder survey;
  const Objects object{{.east_m = 40, .north_m = 90}};
  survey.run(0, 0, 0, 100, object);
  survey.run(0, 100, 5, 112, object);  // Turned by 23 degrees: abeam once more.
  survey.run(5, 112, 40, 130, {});

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
}

Objects whole_wreck() {
  Objects wreck;
  for (int i = 0; i < 24; ++i)
    wreck.push_back({.east_m = 20.0 + i % 3 * 1.5, .north_m = 80 + i * 1.2, .llr = 3});
  return wreck;
}

TEST(Resighting, WreckSeenTwiceIsOneContact) {
  auto survey = two_passes(whole_wreck(), 1, 1);

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
}

TEST(Resighting, AMineBesideAWreckIsKeptThoughTheNextPassDoesNotSeeTheWreckWhole) {
  SurveyBuilder survey;
  Objects first = whole_wreck();
  first.push_back({.east_m = 32, .north_m = 93});
  survey.run(0, 0, 0, 200, first);
  survey.run(0, 200, 40, 200, {});
  survey.run(40, 200, 40, 0,
             {{.east_m = 20, .north_m = 84}, {.east_m = 32, .north_m = 93}, {.east_m = 30, .north_m = 103}});

  const auto contacts = contacts_of(survey.pairs());

  const auto near = [&](double east_m, double north_m) {
    return std::ranges::count_if(contacts, [&](const Contact& contact) {
      return !contact.extended && distance_m(contact.position, survey.at(east_m, north_m)) < 2;
    });
  };
  EXPECT_EQ(near(32, 93), 1) << "seen by both passes";
  EXPECT_EQ(near(30, 103), 1) << "seen by the second only, in the circle around the wreck";
}

}  // namespace
}  // namespace towfish
