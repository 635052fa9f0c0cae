#include "pipeline/fusion/fusion.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "tests/fusion/survey_builder.hpp"

namespace towfish {
namespace {

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

TEST(Fusion, CrowdOfTouchingDetectionsIsOneExtendedBottomObject) {
  std::vector<SurveyBuilder::Object> wreck;
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

TEST(Fusion, WhatIsReportedAfterAChangeOfRangeIsMeasuredByTheRangeItWasSeenWith) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 32, {{.east_m = 20, .north_m = 30}, {.east_m = 24, .north_m = 30}});
  survey.run(0, 32, 0, 64, {});
  auto& pairs = survey.pairs();
  const std::size_t changed = pairs.size() / 2;
  auto& later = pairs[changed].detections[index(Side::starboard)];
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    auto& found = pairs[i].detections[index(Side::starboard)];
    if (i < changed) std::ranges::move(std::exchange(found, {}), std::back_inserter(later));
    if (i >= changed) pairs[i].reports[index(Side::starboard)].frame.geometry.sample_spacing_m /= 10;
  }
  ASSERT_EQ(later.size(), 2U);
  EXPECT_EQ(contacts_of(pairs).size(), 2U);
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
  std::vector<SurveyBuilder::Object> objects;
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
  std::vector<SurveyBuilder::Object> objects;
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
  std::vector<SurveyBuilder::Object> objects;
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
  std::vector<SurveyBuilder::Object> objects;
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
