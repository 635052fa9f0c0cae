#include "pipeline/logs/picture_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/sonar/error.hpp"
#include "tests/logs/read_log.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::uint32_t kWidth = 100;
constexpr std::uint32_t kHeight = 20;

/// Dim everywhere, with a line of full brightness three columns wide whose middle is `nadir`.
Picture waterfall(std::uint32_t nadir, std::uint8_t dim = 40) {
  Picture picture(kWidth, kHeight, 1);
  for (std::uint32_t y = 0; y < kHeight; ++y) {
    for (std::uint32_t x = 0; x < kWidth; ++x) {
      picture.row(y)[x] =
          x + 1 >= nadir && x <= nadir + 1 ? 250 : static_cast<std::uint8_t>(dim + (x * 3 + y) % 20);
    }
  }
  return picture;
}

TEST(PictureLog, NadirIsTheLineThatIsBrightInNearlyAllRows) {
  EXPECT_EQ(find_nadir_column(waterfall(47)), 47U);
  Picture patchy = waterfall(52);
  for (std::uint32_t y = 0; y < kHeight / 2; ++y) patchy.row(y)[45] = 255;  // bright, but not for long
  EXPECT_EQ(find_nadir_column(patchy), 52U);
}

TEST(PictureLog, APictureWithoutALineIsSplitInTheMiddleAndSaysSo) {
  const TemporaryFolder folder;
  write_png(folder.path() / "flat.png", Picture(kWidth, kHeight, 1));
  const auto log = open_log(folder.path() / "flat.png");
  EXPECT_EQ(log->next()->geometry[0].samples, kWidth / 2);
  EXPECT_THAT(log->description().remarks.back(), HasSubstr("no nadir line found"));
}

TEST(PictureLog, PortRunsFromNadirToTheLeftAndStarboardToTheRight) {
  const TemporaryFolder folder;
  Picture picture(5, 1, 3);
  picture.pixels = {1, 9, 2, 20, 3, 4, 5, 30, 6, 40, 7, 8, 50, 0, 1};
  write_png(folder.path() / "row.png", picture);
  const auto log =
      open_log(folder.path() / "row.png", {.range_m = 30.0F, .ping_spacing_m = 0.25F, .nadir_column = 2});
  const auto pings = read_all(*log);
  ASSERT_EQ(pings.size(), 1U);
  EXPECT_THAT(pings[0].port, ElementsAre(20 * 256, 9 * 256));
  EXPECT_THAT(pings[0].starboard, ElementsAre(30 * 256, 40 * 256, 50 * 256));
  EXPECT_FLOAT_EQ(pings[0].pair.geometry[1].range_m(), 30);
  EXPECT_FLOAT_EQ(pings[0].pair.geometry[0].range_m(), 20);
  EXPECT_FLOAT_EQ(pings[0].pair.ping.speed_mps, 0.25F);
}

TEST(PictureLog, AFolderIsReadInTheOrderOfNumbersWithAGapBetweenPictures) {
  const TemporaryFolder folder;
  write_png(folder.path() / "line10.png", waterfall(50, 100));
  write_png(folder.path() / "line9.png", waterfall(50, 10));
  folder.write("notes.txt", std::as_bytes(std::span("hello")));
  const auto log = open_log(folder.path());
  const auto pings = read_all(*log);
  ASSERT_EQ(pings.size(), 2U * kHeight);
  EXPECT_LT(pings[0].port.back(), pings[kHeight].port.back());
  EXPECT_EQ(pings[kHeight - 1].pair.ping.number, kHeight - 1);
  EXPECT_EQ(pings[kHeight].pair.ping.number, kHeight + 1);
  EXPECT_TRUE(std::isnan(pings[kHeight].pair.ping.interval_s));
  EXPECT_EQ(pings[kHeight + 1].pair.ping.interval_s, 1);

  log->seek(kHeight);  // in the gap
  EXPECT_EQ(log->next()->ping.number, kHeight + 1);
  log->seek(3);
  EXPECT_EQ(read_current(*log, *log->next()).bytes(), pings[3].bytes());
}

TEST(PictureLog, ADamagedPictureAmongOthersIsCountedAndPassedOver) {
  const TemporaryFolder folder;
  write_png(folder.path() / "a.png", waterfall(50));
  auto bytes = encode_png(waterfall(50));
  bytes.resize(60);
  folder.write("b.png", bytes);
  write_png(folder.path() / "c.png", waterfall(50));
  const auto log = open_log(folder.path());
  EXPECT_EQ(read_all(*log).size(), 2U * kHeight);
  EXPECT_EQ(fault_count(*log, "picture_unreadable"), 1U);
  EXPECT_THROW((void)open_log(folder.path() / "b.png"), InputError);
}

TEST(PictureLog, ANadirOutsideOfThePictureIsRefused) {
  const TemporaryFolder folder;
  write_png(folder.path() / "a.png", waterfall(50));
  EXPECT_THAT([&] { (void)open_log(folder.path() / "a.png", {.nadir_column = 101}); },
              ThrowsMessage<UsageError>(HasSubstr("101")));
}

// Pictures of two sonars and three years: the line stands where the eye sees it.
TEST(SharedData, NadirOfTheLabelledPicturesIsFound) {
  const auto folder = std::filesystem::path(TOWFISH_SHARED_DATA) / "pictures";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not here";
  std::size_t seen = 0;
  for (const auto& file : pictures_in(folder / "santos" / "images")) {
    const Picture picture = intensity(read_picture(file));
    EXPECT_NEAR(find_nadir_column(picture).value_or(0), picture.width / 2.0, 2) << file;
    ++seen;
  }
  for (const auto& file : pictures_in(folder / "garmin" / "images")) {
    EXPECT_NEAR(find_nadir_column(intensity(read_picture(file))).value_or(0), 261, 4) << file;
    ++seen;
  }
  EXPECT_GT(seen, 100U);
}

}  // namespace
}  // namespace towfish
