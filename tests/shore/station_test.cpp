#include "pipeline/shore/station.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/contacts/sample_store.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish::shore {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StationTest : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "contacts.gpkg"; }

  static std::string contact(std::uint64_t number, std::uint32_t id, float confidence, std::int64_t run = 1) {
    ShoreMessage message{.kind = ShoreMessage::Kind::contact, .run = run, .number = number, .contact_id = id};
    message.contact.contact_id = id;
    message.contact.position = {58.25, 11.4};
    message.contact.error = {2.5F, 1.5F, 30};
    message.contact.time_utc_ns = kSampleTimeNs;
    message.contact.contact_class = ContactClass::nombo;
    message.contact.side = Side::starboard;
    message.contact.confidence = confidence;
    message.contact.looks = 3;
    message.contact.length_m = 1.5F;
    message.contact.ping = 4711;
    message.contact.sample = 99;
    return encode(message);
  }
  static std::string health(std::uint64_t number, const std::string& text) {
    return encode({.kind = ShoreMessage::Kind::health, .run = 1, .number = number, .health = text});
  }

  std::vector<Contact> contacts() {
    std::vector<Contact> all;
    Store(file(), Store::Mode::read).for_each_contact([&](const Contact& each) { all.push_back(each); });
    return all;
  }

  TemporaryFolder folder_;
};

TEST_F(StationTest, AContactIsInTheStoreWithAllThatWasSaidAboutIt) {
  Station station(file());
  EXPECT_EQ(station.receive("auv1", contact(1, 5, 1)), Station::Taken::fresh);
  const auto all = contacts();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].contact_class, ContactClass::nombo);
  EXPECT_FLOAT_EQ(all[0].confidence, 1);
  EXPECT_DOUBLE_EQ(all[0].position.longitude_deg, 11.4);
  EXPECT_FLOAT_EQ(all[0].error.semi_major_m, 2.5F);
  EXPECT_EQ(all[0].best.time_utc_ns, kSampleTimeNs);
  EXPECT_EQ(all[0].best.side, Side::starboard);
  EXPECT_EQ(all[0].best.sample, 99U);
  const Store store(file(), Store::Mode::read);
  EXPECT_EQ(store.source_of(all[0].best.ping), "auv1");
  EXPECT_EQ(store.ping_in_source(all[0].best.ping), 4711U);
}

TEST_F(StationTest, TheSameMessageTwiceAndAnOlderOneChangeNothing) {
  Station station(file());
  station.receive("auv1", contact(1, 5, 0));
  station.receive("auv1", contact(2, 5, 1));
  EXPECT_EQ(station.receive("auv1", contact(2, 5, 1)), Station::Taken::repeated);
  EXPECT_EQ(station.receive("auv1", contact(1, 5, 0)), Station::Taken::repeated);
  ASSERT_EQ(contacts().size(), 1U);
  EXPECT_FLOAT_EQ(contacts()[0].confidence, 1);
  EXPECT_EQ(station.runs().at(0).repeated, 2U);
}

TEST_F(StationTest, VehiclesAndRunsWithTheSameNumbersAreKeptApart) {
  Station station(file());
  station.receive("auv1", contact(1, 5, 1));
  station.receive("auv2", contact(1, 5, 1));
  station.receive("auv1", contact(1, 5, 1, 2));
  EXPECT_EQ(contacts().size(), 3U);
  station.receive("auv2",
                  encode({.kind = ShoreMessage::Kind::withdrawn, .run = 1, .number = 2, .contact_id = 5}));
  std::vector<std::string> left;
  const Store store(file(), Store::Mode::read);
  for (const Contact& each : contacts()) left.push_back(store.source_of(each.best.ping));
  EXPECT_THAT(left, ElementsAre("auv1", "auv1"));
}

TEST_F(StationTest, AfterARestartContactsKeepTheirNumbers) {
  {
    Station before(file());
    before.receive("auv1", contact(1, 5, 0));
    before.receive("auv1", contact(2, 6, 0));
  }
  Station station(file());
  EXPECT_EQ(station.receive("auv1", contact(2, 6, 0)), Station::Taken::repeated);
  station.receive("auv1", contact(3, 6, 1));
  const auto all = contacts();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].id, 2U);
  EXPECT_FLOAT_EQ(all[1].confidence, 1);
}

TEST_F(StationTest, HasTheNameOfItsStoreWhichIsOneFileOnceSealed) {
  std::string name;
  {
    Station station(file());
    name = station.name();
    station.receive("auv1", contact(1, 5, 1));
    station.seal();
  }
  EXPECT_FALSE(std::filesystem::exists(file().string() + "-wal"));
  std::string header(20, ' ');
  std::ifstream(file()).read(header.data(), 20);
  EXPECT_EQ(header[18], 1);  // Of a rollback journal, which needs no second file.
  EXPECT_EQ(Station(file()).name(), name);
  std::filesystem::remove(file());
  EXPECT_NE(Station(file()).name(), name);
}

TEST_F(StationTest, HealthTellsWhereAVehicleIs) {
  Station station(file());
  station.receive("auv1", health(1, R"({"position": [58.1, 11.2]})"));
  station.receive("auv1", health(2, R"({"position": [58.2, 11.2]})"));
  const Survey survey = Store(file(), Store::Mode::read).survey();
  ASSERT_EQ(survey.track.size(), 1U);
  ASSERT_EQ(survey.track[0].points.size(), 2U);
  EXPECT_DOUBLE_EQ(survey.track[0].points[1].latitude_deg, 58.2);
}

TEST_F(StationTest, ATrackStaysBoundedAndKeepsItsEnd) {
  constexpr std::uint64_t kMost = 20;
  Station station(file(), kMost);
  std::string text;
  for (std::uint64_t i = 1; i <= 5 * kMost; ++i) {
    text = R"({"position": [)" + std::to_string(static_cast<double>(i) * 1e-4) + ", 1]}";
    station.receive("auv1", health(i, text));
  }
  const Survey survey = Store(file(), Store::Mode::read).survey();
  EXPECT_LE(survey.track.at(0).points.size(), kMost);
  EXPECT_DOUBLE_EQ(survey.track[0].points.front().latitude_deg, 1e-4);
  EXPECT_NEAR(survey.track[0].points.back().latitude_deg, 1e-4 * 5 * kMost, 2e-4);
}

TEST_F(StationTest, NonsenseIsPassedOver) {
  Station station(file());
  EXPECT_EQ(station.receive("auv1", "nonsense"), Station::Taken::malformed);
  for (const char* text : {"", "{", "[]", R"({"position": 3})", R"({"position": ["a", 1]})",
                           R"({"position": [1e999, 1]})", R"({"position": [91, 0]})"}) {
    EXPECT_NO_THROW(station.receive("auv1", health(station.runs().size() + 1, text))) << text;
  }
  EXPECT_THAT(contacts(), IsEmpty());
  EXPECT_THAT(Store(file(), Store::Mode::read).survey().track, IsEmpty());
}

}  // namespace
}  // namespace towfish::shore
