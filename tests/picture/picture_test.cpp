#include "pipeline/picture/picture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
// After cstdio, whose types it uses without including it.
// clang-format off
#include <jpeglib.h>
// clang-format on

#include "pipeline/picture/colour_map.hpp"

namespace towfish {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

Picture gradient(std::uint32_t width, std::uint32_t height, std::uint32_t channels) {
  Picture picture(width, height, channels);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    picture.pixels[i] = static_cast<std::uint8_t>(i * 7 % 251);
  }
  return picture;
}

std::vector<std::byte> encode_jpeg(const Picture& picture, bool progressive) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &buffer, &size);
  jpeg.image_width = picture.width;
  jpeg.image_height = picture.height;
  jpeg.input_components = static_cast<int>(picture.channels);
  jpeg.in_color_space = picture.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 95, TRUE);
  if (progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  for (std::uint32_t y = 0; y < picture.height; ++y) {
    auto* row = const_cast<unsigned char*>(picture.row(y).data());
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::vector<std::byte> bytes(size);
  std::memcpy(bytes.data(), buffer, size);
  jpeg_destroy_compress(&jpeg);
  std::free(buffer);
  return bytes;
}

TEST(Picture, PngComesBackAsItWasWritten) {
  for (const std::uint32_t channels : {1U, 3U}) {
    const Picture picture = gradient(37, 11, channels);
    const Picture again = decode_picture(encode_png(picture));
    EXPECT_EQ(again.width, 37U);
    EXPECT_EQ(again.height, 11U);
    EXPECT_EQ(again.channels, channels);
    EXPECT_EQ(again.pixels, picture.pixels);
    EXPECT_FALSE(again.damaged);
  }
}

TEST(Picture, JpegComesBackNearlyAsItWasWritten) {
  Picture picture(64, 32, 3);
  for (std::uint32_t y = 0; y < 32; ++y) {
    for (std::uint32_t x = 0; x < 64; ++x) {
      const std::size_t at = (y * 64 + x) * 3;
      picture.pixels[at] = static_cast<std::uint8_t>(x * 4);
      picture.pixels[at + 1] = static_cast<std::uint8_t>(y * 8);
      picture.pixels[at + 2] = 40;
    }
  }
  for (const bool progressive : {false, true}) {
    const Picture again = decode_picture(encode_jpeg(picture, progressive));
    ASSERT_EQ(again.pixels.size(), picture.pixels.size());
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
      ASSERT_NEAR(again.pixels[i], picture.pixels[i], 24) << "at " << i;
    }
  }
}

TEST(Picture, SizeIsKnownWithoutDecoding) {
  const PictureSize png = picture_size(encode_png(gradient(300, 20, 1)));
  EXPECT_EQ(png.width, 300U);
  EXPECT_EQ(png.height, 20U);
  const PictureSize jpeg = picture_size(encode_jpeg(gradient(30, 200, 1), false));
  EXPECT_EQ(jpeg.width, 30U);
  EXPECT_EQ(jpeg.height, 200U);
}

TEST(Picture, MorePixelsThanAllowedAreRefused) {
  const auto png = encode_png(gradient(100, 100, 1));
  EXPECT_NO_THROW((void)decode_picture(png, {.pixels = 10000}));
  EXPECT_THAT([&] { (void)decode_picture(png, {.pixels = 9999}); },
              ThrowsMessage<PictureError>(HasSubstr("100 x 100 pixels")));
  const auto jpeg = encode_jpeg(gradient(100, 100, 1), false);
  EXPECT_THAT([&] { (void)decode_picture(jpeg, {.pixels = 9999}); },
              ThrowsMessage<PictureError>(HasSubstr("100 x 100 pixels")));
}

TEST(Picture, AnythingElseIsRefused) {
  const std::array<std::byte, 9> text{std::byte{'h'}, std::byte{'e'}};
  EXPECT_THROW((void)decode_picture(text), PictureError);
  EXPECT_THROW((void)decode_picture({}), PictureError);
  EXPECT_THAT([] { (void)read_picture("/nowhere/at/all.png"); },
              ThrowsMessage<PictureError>(HasSubstr("/nowhere/at/all.png")));
}

TEST(Picture, ATruncatedPngIsRefusedAndATruncatedJpegIsMarkedAsDamaged) {
  auto png = encode_png(gradient(200, 200, 3));
  png.resize(png.size() / 2);
  EXPECT_THROW((void)decode_picture(png), PictureError);
  auto jpeg = encode_jpeg(gradient(200, 200, 3), false);
  jpeg.resize(jpeg.size() / 2);
  EXPECT_TRUE(decode_picture(jpeg).damaged);
}

TEST(Picture, IsWrittenToAFileAndNamesAFileThatCannotBeWritten) {
  const auto file =
      std::filesystem::temp_directory_path() / ("towfish_picture_" + std::to_string(::getpid()) + ".png");
  write_png(file, gradient(5, 4, 3));
  EXPECT_EQ(read_picture(file).pixels, gradient(5, 4, 3).pixels);
  std::filesystem::remove(file);
  EXPECT_THAT([] { write_png("/nowhere/at/all.png", gradient(2, 2, 1)); },
              ThrowsMessage<PictureError>(HasSubstr("/nowhere/at/all.png")));
}

TEST(Picture, IntensityIsTheBrightestChannel) {
  Picture picture(2, 1, 3);
  picture.pixels = {200, 100, 50, 1, 2, 3};
  EXPECT_THAT(intensity(picture).pixels, ElementsAre(200, 3));
}

TEST(ColourMap, CopperIsTheFirstAndEndsInItsKnownColours) {
  ASSERT_EQ(colour_map_names().front(), "copper");
  const ColourMap& copper = *colour_map("copper");
  EXPECT_THAT(copper[0], ElementsAre(0, 0, 0));
  EXPECT_THAT(copper[255], ElementsAre(255, 199, 127));
  EXPECT_EQ(colour_map("no such map"), nullptr);
}

TEST(ColourMap, EveryMapIsMonotonousInBrightness) {
  for (const auto name : colour_map_names()) {
    const ColourMap& map = *colour_map(name);
    const auto light = [&](std::size_t i) { return map[i][0] + map[i][1] + map[i][2]; };
    const bool rises = light(255) > light(0);
    for (std::size_t i = 1; i < 256; ++i) {
      EXPECT_TRUE(rises ? light(i) >= light(i - 1) : light(i) <= light(i - 1)) << name << " at " << i;
    }
  }
}

}  // namespace
}  // namespace towfish
