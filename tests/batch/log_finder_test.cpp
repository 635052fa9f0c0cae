#include "pipeline/batch/log_finder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/logs/temporary_folder.hpp"

namespace towfish::batch {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class LogFinder : public testing::Test {
 protected:
  void write(const std::string& name) const {
    const fs::path file = folder_.path() / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "x";
  }
  [[nodiscard]] std::vector<std::string> names(const std::vector<std::string>& places) const {
    std::vector<std::string> absolute;
    for (const std::string& place : places) absolute.push_back((folder_.path() / place).string());
    std::vector<std::string> names;
    for (const FoundFile& file : find_logs(absolute, folder_.path() / "out")) names.push_back(file.name);
    return names;
  }

  const TemporaryFolder folder_;
};

TEST_F(LogFinder, EachLogIsFoundOnceHoweverOftenItsPlaceIsNamed) {
  write("survey/day1/a.xtf");
  write("survey/b.xtf");
  EXPECT_THAT(names({"survey", "survey/day1", "survey/day1/a.xtf", "survey"}),
              ElementsAre("survey/b.xtf", "survey/day1/a.xtf"));
  EXPECT_THAT(names({"survey/day1", "survey"}), ElementsAre("day1/a.xtf", "survey/b.xtf"));
}

TEST_F(LogFinder, PlacesOfTheSameNameAreToldApart) {
  write("monday/logs/0.xtf");
  write("tuesday/logs/0.xtf");
  EXPECT_THAT(names({"monday/logs"}), ElementsAre("0.xtf"));
  EXPECT_THAT(names({"monday/logs", "tuesday/logs"}), ElementsAre("monday/logs/0.xtf", "tuesday/logs/0.xtf"));
  EXPECT_THAT(names({"monday/logs/0.xtf", "tuesday/logs/0.xtf"}),
              ElementsAre("monday/logs/0.xtf", "tuesday/logs/0.xtf"));
}

TEST_F(LogFinder, LinksToFoldersAreFollowedAndWhatIsThereAnywayKeepsItsOwnName) {
  write("survey/day1/a.xtf");
  write("mounted/day2/b.xtf");
  const auto link = [this](const std::string& to, const std::string& name) {
    fs::create_directory_symlink(folder_.path() / to, folder_.path() / name);
  };
  link("mounted/day2", "survey/b_day2");
  link("survey/day1", "survey/a_day1");
  link("survey", "survey/day1/round");
  write("out/reports/r.xtf");
  link("out", "survey/results");
  link("nowhere", "survey/lost.xtf");
  EXPECT_THAT(names({"survey"}), ElementsAre("b_day2/b.xtf", "day1/a.xtf"));
}

TEST_F(LogFinder, OfAHumminbirdRecordingOneFileIsTheLog) {
  write("R1.DAT");
  write("R1/B000.SON");
  write("R1/B001.SON");
  write("R1/B001.IDX");
  EXPECT_THAT(names({""}), ElementsAre("R1.DAT"));
  EXPECT_THAT(names({"R1"}), ElementsAre("B000.SON"));
  EXPECT_THAT(names({"R1/B001.SON"}), ElementsAre("B001.SON"));
}

TEST_F(LogFinder, OutputsAndPicturesAreNoLogs) {
  write("a.png");
  write("out/contacts.gpkg");
  EXPECT_THAT(names({""}), IsEmpty());
}

}  // namespace
}  // namespace towfish::batch
