#include "pipeline/picture/writing.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace towfish {
namespace {

constexpr std::uint32_t kWidth = 60;
constexpr std::uint32_t kHeight = 50;

void set(Picture& picture, std::uint32_t x, std::uint32_t y, std::array<std::uint8_t, 3> rgb) {
  std::copy(rgb.begin(), rgb.end(), picture.row(y).begin() + 3 * x);
}

// Brown to yellow, as an echo sounder shows it.
Picture waterfall() {
  Picture picture(kWidth, kHeight, 3);
  for (std::uint32_t y = 0; y < kHeight; ++y) {
    for (std::uint32_t x = 0; x < kWidth; ++x) {
      const auto level = static_cast<std::uint8_t>(100 + (x * 37 + y * 91) % 120);
      set(picture, x, y, {level, static_cast<std::uint8_t>(level / 2), 10});
    }
  }
  return picture;
}

Picture with_writing() {
  Picture picture = waterfall();
  for (std::uint32_t x = 10; x < 30; ++x) set(picture, x, 40, {250, 250, 245});
  return picture;
}

bool marked(const std::vector<bool>& writing, std::uint32_t x, std::uint32_t y) {
  return writing[y * kWidth + x];
}

TEST(Writing, WhiteOnColoursIsFoundWithAMargin) {
  const auto writing = find_writing(with_writing());
  ASSERT_EQ(writing.size(), std::size_t{kWidth} * kHeight);
  EXPECT_TRUE(marked(writing, 10, 40));
  EXPECT_TRUE(marked(writing, 7, 37));
  EXPECT_FALSE(marked(writing, 6, 40));
  EXPECT_FALSE(marked(writing, 20, 36));
  EXPECT_EQ(std::count(writing.begin(), writing.end(), true), 26 * 7);
}

TEST(Writing, AMapThatEndsInWhiteIsLeftAlone) {
  Picture picture = with_writing();
  // On the way to white: red and green are full, blue follows.
  for (std::uint32_t x = 0; x < kWidth; ++x)
    set(picture, x, 5, {255, 250, static_cast<std::uint8_t>(150 + x % 50)});
  EXPECT_THAT(find_writing(picture), testing::IsEmpty());
}

TEST(Writing, GreyAndPlainPicturesHaveNone) {
  EXPECT_THAT(find_writing(Picture(kWidth, kHeight, 1)), testing::IsEmpty());
  EXPECT_THAT(find_writing(waterfall()), testing::IsEmpty());
  EXPECT_THAT(find_writing(Picture(0, 0, 3)), testing::IsEmpty());
}

TEST(Writing, IsPaintedOverWithTheTextureAbove) {
  const Picture picture = with_writing();
  Picture grey = intensity(picture);
  const Picture clean = intensity(waterfall());
  paint_over(grey, find_writing(picture));
  EXPECT_EQ(grey.row(37)[20], clean.row(36)[20]);
  EXPECT_EQ(grey.row(40)[20], clean.row(33)[20]);
  EXPECT_EQ(grey.row(40)[50], clean.row(40)[50]);
}

TEST(Writing, APictureOfNothingElseIsLeftAsItIs) {
  Picture grey(4, 4, 1);
  paint_over(grey, std::vector<bool>(16, true));
  EXPECT_THAT(grey.pixels, testing::Each(0));
}

}  // namespace
}  // namespace towfish
