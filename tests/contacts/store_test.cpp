#include "pipeline/contacts/store.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "tests/contacts/sample_store.hpp"

namespace towfish {
namespace {

using ::testing::HasSubstr;

StoreError::Kind kind_thrown(const auto& action, std::string& message) {
  try {
    action();
  } catch (const StoreError& error) {
    message = error.what();
    return error.kind();
  }
  ADD_FAILURE() << "no StoreError";
  return StoreError::Kind::failed;
}

TEST(Store, ContactsAndLooksComeBackAsTheyWere) {
  SampleStore sample;
  std::vector<Contact> contacts;
  sample.store().for_each_contact([&](const Contact& c) { contacts.push_back(c); });

  ASSERT_EQ(contacts.size(), 2U);
  EXPECT_EQ(contacts[0].id, 1U);
  EXPECT_EQ(contacts[0].contact_class, ContactClass::milco);
  EXPECT_DOUBLE_EQ(contacts[0].position.latitude_deg, 58.0001);
  EXPECT_THAT(contacts[0].looks, testing::ElementsAre(1, 2));
  EXPECT_EQ(contacts[0].best.time_utc_ns, kSampleTimeNs);
  EXPECT_FLOAT_EQ(contacts[0].best.slant_range_m, 31.5F);
  EXPECT_FALSE(contacts[1].has_position());
  EXPECT_TRUE(std::isnan(contacts[1].height_m));

  std::vector<Look> looks;
  sample.store().for_each_look(1, [&](const Look& look) { looks.push_back(look); });
  ASSERT_EQ(looks.size(), 2U);
  EXPECT_EQ(looks[1].side, Side::starboard);
  EXPECT_NEAR(looks[1].position.longitude_deg, 11.0002, 1e-12);
}

TEST(Store, FrameIsKeptOnce) {
  SampleStore sample;
  FrameReport report;
  Detection detection;
  detection.ping = 77;
  Chip chip;
  chip.pixels[5] = 99;
  std::vector<Ping> seams(2);
  seams[1].number = 55;
  const FrameReportView view{report, {&detection, 1}, {&chip, 1}, seams};
  {
    Store::Change change(sample.store());
    EXPECT_TRUE(change.add_frame(9, Side::starboard, view));
    EXPECT_FALSE(change.add_frame(9, Side::starboard, view));
    EXPECT_TRUE(change.add_frame(9, Side::port, {report, {}, {}}));
    change.commit();
  }
  std::vector<std::pair<std::uint64_t, Side>> order;
  std::size_t detections = 0;
  std::vector<std::uint64_t> found_seams;
  sample.store().for_each_frame([&](std::uint64_t sequence, Side side, const FrameReportView& kept) {
    order.emplace_back(sequence, side);
    detections += kept.detections.size();
    for (const Ping& ping : kept.seams) found_seams.push_back(ping.number);
  });
  EXPECT_THAT(found_seams, ::testing::ElementsAre(0, 55));
  EXPECT_THAT(order, ::testing::ElementsAre(std::pair(1U, Side::port), std::pair(9U, Side::port),
                                            std::pair(9U, Side::starboard)));
  EXPECT_EQ(detections, 2U);
  const auto kept = sample.store().chip(Store::detection_key(9, Side::starboard, 0));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->pixels[5], 99);
  EXPECT_FALSE(sample.store().chip(Store::detection_key(9, Side::starboard, 1)));
}

TEST(Store, ChangeWithoutCommitIsNone) {
  SampleStore sample;
  {
    Store::Change change(sample.store());
    change.clear_contacts();
  }
  int contacts = 0;
  sample.store().for_each_contact([&](const Contact&) { ++contacts; });
  EXPECT_EQ(contacts, 2);
}

TEST(Store, SurveyComesBack) {
  SampleStore sample;
  Survey survey;
  survey.swaths.push_back(
      {3, Side::starboard, Quality::fair, 5, 9, {{58, 11}, {58, 11.1}, {58.1, 11.1}}, 12.5});
  survey.holes.push_back({"refused frames", {{58, 11}, {58, 11.1}, {58.1, 11.1}}, 7});
  survey.track.push_back({3, {{58, 11}, {58.1, 11.1}}, 100});
  {
    Store::Change change(sample.store());
    change.put(survey);
    change.commit();
  }
  const Survey back = sample.store().survey();
  ASSERT_EQ(back.swaths.size(), 1U);
  EXPECT_EQ(back.swaths[0].outline.size(), 3U);
  EXPECT_EQ(back.swaths[0].quality, Quality::fair);
  EXPECT_EQ(back.holes.at(0).reason, "refused frames");
  EXPECT_DOUBLE_EQ(back.track.at(0).points.at(1).longitude_deg, 11.1);
}

TEST(Store, SourceOfAPingIsTheLastThatBeganBefore) {
  SampleStore sample;
  sample.store().set_source(0, "a.xtf");
  sample.store().set_source(100, "b.xtf");
  EXPECT_EQ(sample.store().source_of(99), "a.xtf");
  EXPECT_EQ(sample.store().source_of(100), "b.xtf");
  EXPECT_EQ(Store(sample.path(), Store::Mode::read).source_of(500), "b.xtf");
}

TEST(Store, FactsAreReplaced) {
  SampleStore sample;
  sample.store().set_fact("latency", "{}");
  sample.store().set_fact("latency", "{\"p50\":1}");
  EXPECT_EQ(sample.store().fact("latency"), "{\"p50\":1}");
  EXPECT_FALSE(sample.store().fact("nothing"));
}

TEST(Store, OtherFilesAreRefusedWithTheReason) {
  SampleStore sample;
  const auto text = sample.path().string() + ".txt";
  std::ofstream(text)
      << "this is no database, but long enough to have a header of its own, or so it seems to be. "
      << std::string(200, 'x');
  std::string message;
  EXPECT_EQ(kind_thrown([&] { Store(text, Store::Mode::write); }, message), StoreError::Kind::damaged);
  EXPECT_THAT(message, HasSubstr(text));
  ::unlink(text.c_str());

  const auto other = sample.path().string() + ".db";
  Database(other, Database::Access::read_write).execute("CREATE TABLE t(x)");
  EXPECT_EQ(kind_thrown([&] { Store(other, Store::Mode::write); }, message), StoreError::Kind::damaged);
  EXPECT_THAT(message, HasSubstr("no GeoPackage"));
  ::unlink(other.c_str());

  EXPECT_EQ(kind_thrown([&] { Store(sample.path() / "all.gpkg", Store::Mode::write); }, message),
            StoreError::Kind::failed);
  EXPECT_THAT(message, HasSubstr("all.gpkg"));
}

TEST(Store, FileLockedByAnotherWriterIsAnErrorThatSaysSo) {
  SampleStore sample;
  Database other(sample.path(), Database::Access::read_write);
  other.execute("BEGIN IMMEDIATE");
  sqlite3_busy_timeout(sample.store().connection(), 0);
  std::string message;
  EXPECT_EQ(kind_thrown([&] { Store::Change change(sample.store()); }, message), StoreError::Kind::locked);
  EXPECT_THAT(message, HasSubstr("locked"));
  other.execute("ROLLBACK");
  EXPECT_NO_THROW(Store::Change(sample.store()));
}

TEST(Store, FullDiskIsAnErrorAndTheFileStaysWhole) {
  SampleStore sample;
  // As on a full disk: no further page is to be had.
  sqlite3_exec(sample.store().connection(), "PRAGMA max_page_count=1", nullptr, nullptr, nullptr);
  std::string message;
  const auto fill = [&] {
    Store::Change change(sample.store());
    std::vector<Detection> detections(1000);
    for (std::uint64_t i = 0; i < 100; ++i)
      (void)change.add_frame(i, Side::port, {FrameReport{}, detections, {}});
    change.commit();
  };
  EXPECT_EQ(kind_thrown(fill, message), StoreError::Kind::full);
  EXPECT_THAT(message, HasSubstr("make room"));
  sqlite3_exec(sample.store().connection(), "PRAGMA max_page_count=1000000", nullptr, nullptr, nullptr);
  EXPECT_NO_THROW(fill());
}

std::uintmax_t log_bytes(const Store& store) {
  return std::filesystem::file_size(store.file().string() + "-wal");
}

void commit(Store& store, int number) {
  store.set_fact(fmt::format("fact {}", number), std::string(4000, 'x'));
}

TEST(Store, ALongLogIsRelievedWhenNobodyWaits) {
  SampleStore sample;
  Store& store = sample.store();
  const auto before = std::filesystem::file_size(store.file());
  int changes = 0;
  while (log_bytes(store) < 2'500'000) commit(store, changes++);
  store.relieve_log();
  EXPECT_EQ(std::filesystem::file_size(store.file()), before) << "too short to pay";
  while (log_bytes(store) < 3'500'000) commit(store, changes++);
  EXPECT_EQ(std::filesystem::file_size(store.file()), before);
  store.relieve_log();
  EXPECT_GT(std::filesystem::file_size(store.file()), before + 500'000);
}

TEST(Store, TheLogStaysShortWithoutThat) {
  SampleStore sample;
  for (int i = 0; i < 3000; ++i) commit(sample.store(), i);
  EXPECT_LT(log_bytes(sample.store()), 8'000'000U);
}

TEST(Store, GdalReadsTheGeoPackage) {
  if (std::system("command -v ogrinfo > /dev/null") != 0)
    GTEST_SKIP() << "ogrinfo (package gdal-bin) is not there";
  SampleStore sample;
  sample.store().seal();
  const std::string said = output_of("ogrinfo -ro -al -nocount " + sample.path().string() + " contacts 2>&1");
  EXPECT_THAT(said, HasSubstr("Geometry: Point"));
  EXPECT_THAT(said, HasSubstr("POINT (11.0001 58.0001)"));
  EXPECT_THAT(said, HasSubstr("class (String) = MILCO"));
  EXPECT_THAT(said, HasSubstr("WGS 84"));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("ERROR")));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("Warning")));
  const std::string layers = output_of("ogrinfo -ro " + sample.path().string() + " 2>&1");
  for (const char* layer : {"contacts (Point)", "looks (Point)", "coverage (Polygon)", "holes (Polygon)",
                            "track (Line String)"}) {
    EXPECT_THAT(layers, HasSubstr(layer));
  }
}

}  // namespace
}  // namespace towfish
