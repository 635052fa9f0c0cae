#include "pipeline/contacts/chip_picture.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "pipeline/picture/picture.hpp"

namespace towfish {
namespace {

TEST(ChipPicture, IsAPngOfTheSamePixels) {
  Chip chip;
  for (std::size_t i = 0; i < sizeof chip.pixels; ++i) chip.pixels[i] = static_cast<std::uint8_t>(i * 7);
  const auto png = chip_png(chip);
  const Picture back = decode_picture({reinterpret_cast<const std::byte*>(png.data()), png.size()});
  ASSERT_EQ(back.width, 64U);
  ASSERT_EQ(back.height, 64U);
  EXPECT_EQ(std::memcmp(back.pixels.data(), chip.pixels, sizeof chip.pixels), 0);
}

TEST(Base64, IsThatOfRfc4648) {
  const auto text = [](std::string_view s) { return base64({s.begin(), s.end()}); };
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("f"), "Zg==");
  EXPECT_EQ(text("fo"), "Zm8=");
  EXPECT_EQ(text("foo"), "Zm9v");
  EXPECT_EQ(text("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace towfish
