#include "pipeline/fusion/fusion.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "tests/fusion/survey_builder.hpp"

namespace towfish {
namespace {

using Objects = std::vector<SurveyBuilder::Object>;

/// Fuses the whole survey into a new file and gives its contacts.
std::vector<Contact> contacts_of(const std::vector<ReportPair>& pairs, const FusionSettings& settings = {}) {
  TemporaryFile file("whole.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion fusion(settings, store);
  fuse_all(fusion, pairs);
  fusion.finish();
  return contacts_in(store);
}

/// Two lines over the same seabed in opposite directions, 40 m apart, with what lies between on both.
SurveyBuilder two_passes(const Objects& objects, double error_east_m = 0, double error_north_m = 0) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 200, objects);
  survey.run(0, 200, 40, 200, {});
  survey.run(40, 200, 40, 0, objects, error_east_m, error_north_m);
  return survey;
}

TEST(Fusion, ObjectIsOneContactWhereItLies) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 100, {{.east_m = 30, .north_m = 50}});

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_LT(distance_m(contacts[0].position, survey.at(30, 50)), 0.15);
  EXPECT_EQ(contacts[0].contact_class, ContactClass::milco);
  EXPECT_EQ(contacts[0].best.side, Side::starboard);
  EXPECT_EQ(contacts[0].best.ping, 250U);
  EXPECT_NEAR(contacts[0].confidence, 1 / (1 + std::exp(-4.0)), 1e-4);
}

TEST(Fusion, ObjectSeenAgainFromTheOtherSideIsTheSameContactAndSurer) {
  auto survey = two_passes({{.east_m = 20, .north_m = 100}}, 1.0, -0.8);

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
  EXPECT_NEAR(contacts[0].llr, 8 / 1.4, 1e-3);
  EXPECT_LT(distance_m(contacts[0].position, survey.at(20.5, 99.6)), 0.2) << "half of the navigation error";
}

TEST(Fusion, SameLineInTwoLogsIsTwoPasses) {
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

TEST(Fusion, PassesDecidedOnTogetherAreStillOneContact) {
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

TEST(Fusion, SecondLookShrinksTheErrorEllipse) {
  SurveyBuilder once;
  once.run(0, 0, 0, 200, {{.east_m = 20, .north_m = 100}});
  auto twice = two_passes({{.east_m = 20, .north_m = 100}});

  const auto one = contacts_of(once.pairs());
  const auto two = contacts_of(twice.pairs());

  EXPECT_LT(two[0].position_error_m(), 0.8F * one[0].position_error_m());
}

TEST(Fusion, TwoMinesThreeMetresApartStayTwoAlsoWhenNavigationIsOffByHalfOfThat) {
  auto survey = two_passes({{.east_m = 20, .north_m = 100}, {.east_m = 20, .north_m = 103}}, 0, 1.5);

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 2U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
  EXPECT_EQ(contacts[1].looks.size(), 2U);
  EXPECT_NEAR(distance_m(contacts[0].position, contacts[1].position), 3.0, 0.2);
}

TEST(Fusion, TwoMinesInOnePassAreNeverOneHoweverBadTheNavigation) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 600, {{.east_m = 20, .north_m = 100}, {.east_m = 20, .north_m = 104}});
  FusionSettings settings;
  settings.placement.navigation_sigma_m = 50;

  EXPECT_EQ(contacts_of(survey.pairs(), settings).size(), 2U);
}

/// Two lines over a mine and an echo 2.5 m beside it, east of it on the first and west of it on the second.
std::vector<Contact> contacts_of_mine_between_echoes(float echo_llr) {
  SurveyBuilder survey;
  const SurveyBuilder::Object mine{.east_m = 20, .north_m = 100};
  survey.run(0, 0, 0, 200, {mine, {.east_m = 22.5, .north_m = 100, .llr = echo_llr}});
  survey.run(0, 200, 40, 200, {});
  survey.run(40, 200, 40, 0, {mine, {.east_m = 17.5, .north_m = 100, .llr = echo_llr}});
  return contacts_of(survey.pairs());
}

TEST(Fusion, LooksAtAMineFindEachOtherAmidFaintEchoes) {
  const auto contacts = contacts_of_mine_between_echoes(-3);

  ASSERT_EQ(contacts.size(), 3U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
  EXPECT_NEAR(contacts[0].llr, 8 / 1.4, 1e-3);
}

TEST(Fusion, PairsOfEquallyGoodEchoesAreTwoObjects) {
  EXPECT_EQ(contacts_of_mine_between_echoes(4).size(), 2U) << "navigation was off by 2.5 m";
}

TEST(Fusion, MissesKeepNoLookFromItsContact) {
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

TEST(Fusion, ObjectSeenAgainInTheTurnIsStillOneContact) {
  SurveyBuilder survey;
  const Objects object{{.east_m = 40, .north_m = 90}};
  survey.run(0, 0, 0, 100, object);
  survey.run(0, 100, 5, 112, object);  // Turned by 23 degrees: abeam once more.
  survey.run(5, 112, 40, 130, {});

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
}

TEST(Fusion, CrowdOfTouchingDetectionsIsOneExtendedBottomObject) {
  Objects wreck;
  for (int i = 0; i < 24; ++i) {
    wreck.push_back({.east_m = 20.0 + i % 3 * 1.5, .north_m = 80 + i * 1.2, .llr = 3});
  }
  SurveyBuilder survey;
  survey.run(0, 0, 0, 200, wreck);

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_TRUE(contacts[0].extended);
  EXPECT_EQ(contacts[0].contact_class, ContactClass::nombo);
  EXPECT_NEAR(contacts[0].length_m, 29, 1.5);
  EXPECT_LT(distance_m(contacts[0].position, survey.at(21.5, 93.8)), 2);
}

TEST(Fusion, WreckSeenTwiceIsOneContact) {
  Objects wreck;
  for (int i = 0; i < 24; ++i)
    wreck.push_back({.east_m = 20.0 + i % 3 * 1.5, .north_m = 80 + i * 1.2, .llr = 3});
  auto survey = two_passes(wreck, 1, 1);

  const auto contacts = contacts_of(survey.pairs());

  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].looks.size(), 2U);
}

TEST(Fusion, LogWithoutNavigationStillGivesContactsWithoutPlaces) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 100, {{.east_m = 30, .north_m = 50}, {.east_m = -30, .north_m = 60}});
  for (ReportPair& pair : survey.pairs()) {
    for (const Side side : kSides) {
      for (Ping* ping : {&pair.reports[index(side)].first, &pair.reports[index(side)].last}) {
        ping->latitude_deg = kUnknownDegrees;
        ping->longitude_deg = kUnknownDegrees;
      }
      for (Detection& d : pair.detections[index(side)])
        d.at.latitude_deg = d.at.longitude_deg = kUnknownDegrees;
    }
  }
  TemporaryFile file("lost.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion fusion({}, store);
  fuse_all(fusion, survey.pairs());
  fusion.finish();

  EXPECT_EQ(contacts_in(store).size(), 2U);
  EXPECT_EQ(fusion.counters().navigation_missing, 2U);
  EXPECT_THAT(csv_of(store), ::testing::HasSubstr("Z,,,,MILCO"));
}

TEST(Fusion, SameFramesAgainChangeNothingAndAreCounted) {
  auto survey = two_passes({{.east_m = 20, .north_m = 100}});
  TemporaryFile file("again.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion fusion({}, store);
  fuse_all(fusion, survey.pairs());
  fusion.finish();
  const std::string before = csv_of(store);

  fuse_all(fusion, survey.pairs());
  fusion.finish();

  EXPECT_EQ(csv_of(store), before);
  EXPECT_EQ(fusion.counters().duplicate_frames, 2 * survey.pairs().size());
}

TEST(Fusion, FramesOutOfOrderGiveTheSameContacts) {
  Objects objects;
  for (int i = 0; i < 20; ++i) objects.push_back({.east_m = 10.0 + i, .north_m = 10 + 9.0 * i});
  auto survey = two_passes(objects, 0.7, -0.4);
  TemporaryFile ordered_file("ordered.gpkg");
  Store ordered(ordered_file.path(), Store::Mode::write);
  {
    Fusion fusion({}, ordered);
    fuse_all(fusion, survey.pairs());
    fusion.finish();
  }
  auto shuffled = survey.pairs();
  for (std::size_t i = 0; i + 7 < shuffled.size(); i += 7) std::swap(shuffled[i], shuffled[i + 5]);
  TemporaryFile file("shuffled.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion fusion({}, store);

  fuse_all(fusion, shuffled);
  fusion.finish();

  EXPECT_EQ(csv_of(store), csv_of(ordered));
  EXPECT_GT(fusion.counters().late_frames, 10U);
}

TEST(Fusion, SideThatComesLaterIsTakenIntoItsPlace) {
  auto survey = two_passes({{.east_m = 20, .north_m = 100}, {.east_m = -20, .north_m = 100}});
  TemporaryFile whole_file("whole.gpkg");
  Store whole(whole_file.path(), Store::Mode::write);
  {
    Fusion fusion({}, whole);
    fuse_all(fusion, survey.pairs());
    fusion.finish();
  }
  TemporaryFile file("sides.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion fusion({}, store);

  for (const ReportPair& pair : survey.pairs()) {
    const FrameReportView starboard = pair.view(Side::starboard);
    fusion.fuse(pair.sequence, nullptr, &starboard);
  }
  for (const ReportPair& pair : survey.pairs()) {
    const FrameReportView port = pair.view(Side::port);
    fusion.fuse(pair.sequence, &port, nullptr);
  }
  fusion.finish();

  EXPECT_EQ(csv_of(store), csv_of(whole));
  EXPECT_EQ(fusion.counters().missing_sides, 2 * survey.pairs().size());
}

TEST(Fusion, RestartAnywhereGivesTheSameBytes) {
  Objects objects;
  for (int i = 0; i < 20; ++i) objects.push_back({.east_m = 10.0 + i, .north_m = 10 + 9.0 * i});
  auto survey = two_passes(objects, 0.7, -0.4);
  TemporaryFile whole_file("whole.gpkg");
  Store whole(whole_file.path(), Store::Mode::write);
  {
    Fusion fusion({}, whole);
    fuse_all(fusion, survey.pairs());
    fusion.finish();
  }
  TemporaryFile file("restarted.gpkg");
  for (std::size_t begin = 0; begin < survey.pairs().size(); begin += 23) {
    Store store(file.path(), Store::Mode::write);
    Fusion fusion({}, store);
    // The pair before is repeated, as after a death between commit and release.
    for (std::size_t i = begin == 0 ? 0 : begin - 1; i < std::min(begin + 23, survey.pairs().size()); ++i) {
      fuse(fusion, survey.pairs()[i]);
    }
  }
  Store store(file.path(), Store::Mode::write);
  Fusion(FusionSettings{}, store).finish();

  EXPECT_EQ(csv_of(store), csv_of(whole));
}

TEST(Fusion, KilledProcessLeavesAFileThatItsSuccessorContinues) {
  Objects objects;
  for (int i = 0; i < 20; ++i) objects.push_back({.east_m = 10.0 + i, .north_m = 10 + 9.0 * i});
  auto survey = two_passes(objects, 0.7, -0.4);
  TemporaryFile whole_file("whole.gpkg");
  Store whole(whole_file.path(), Store::Mode::write);
  {
    Fusion fusion({}, whole);
    fuse_all(fusion, survey.pairs());
    fusion.finish();
  }
  TemporaryFile file("killed.gpkg");
  const pid_t child = ::fork();
  if (child == 0) {
    Store store(file.path(), Store::Mode::write);
    Fusion fusion({}, store);
    for (std::size_t i = 0; i < survey.pairs().size() / 2; ++i) fuse(fusion, survey.pairs()[i]);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));

  Store store(file.path(), Store::Mode::write);
  Fusion fusion({}, store);
  fuse_all(fusion, survey.pairs());
  fusion.finish();

  EXPECT_EQ(fusion.counters().duplicate_frames, 2 * (survey.pairs().size() / 2));
  EXPECT_EQ(csv_of(store), csv_of(whole));
}

TEST(Fusion, TheSameComesOutInBulk) {
  Objects objects;
  for (int i = 0; i < 20; ++i) objects.push_back({.east_m = 10.0 + i, .north_m = 10 + 9.0 * i});
  auto survey = two_passes(objects, 0.7, -0.4);
  TemporaryFile one_by_one_file("one-by-one.gpkg");
  Store one_by_one(one_by_one_file.path(), Store::Mode::write);
  Fusion fusion({}, one_by_one);
  fuse_all(fusion, survey.pairs());
  fusion.finish();

  TemporaryFile file("bulk.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion bulk({}, store);
  bulk.fuse_in_bulk();
  std::swap(survey.pairs()[40], survey.pairs()[41]);
  fuse_all(bulk, survey.pairs());
  EXPECT_TRUE(contacts_in(store).empty());
  bulk.finish();

  EXPECT_EQ(bulk.counters().late_frames, 2U);
  EXPECT_GT(contacts_in(store).size(), 15U);
  EXPECT_EQ(csv_of(store), csv_of(one_by_one));
}

TEST(Fusion, NonsenseFromSharedMemoryIsCountedAndIgnored) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 100, {{.east_m = 30, .north_m = 50}});
  for (ReportPair& pair : survey.pairs()) {
    auto& detections = pair.detections[index(Side::starboard)];
    if (detections.empty()) continue;
    const Detection good = detections.front();
    auto bad = [&](auto change) {
      Detection d = good;
      change(d);
      detections.push_back(d);
    };
    bad([](Detection& d) { d.first_ping = d.last_ping + 1; });
    bad([](Detection& d) { d.last_ping = ~0ULL; });
    bad([](Detection& d) { d.slant_range_m = kUnknown; });
    bad([](Detection& d) { d.llr = std::numeric_limits<float>::infinity(); });
    bad([](Detection& d) { d.side = Side::port; });
    bad([](Detection& d) { d.contact_class = static_cast<ContactClass>(77); });
    bad([](Detection& d) { d.highlight_first_sample = d.highlight_last_sample + 1; });
  }
  TemporaryFile file("bad.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion fusion({}, store);
  fuse_all(fusion, survey.pairs());
  fusion.finish();

  EXPECT_EQ(fusion.counters().invalid_detections, 7U);
  EXPECT_EQ(contacts_in(store).size(), 1U);
}

}  // namespace
}  // namespace towfish
