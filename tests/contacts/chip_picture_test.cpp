#include "pipeline/contacts/chip_picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "pipeline/picture/picture.hpp"
#include "tests/contacts/sample_store.hpp"
#include "tests/logs/temporary_folder.hpp"

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

Chip chip_of(std::uint64_t contact) {
  Chip chip;
  for (std::size_t i = 0; i < sizeof chip.pixels; ++i)
    chip.pixels[i] = static_cast<std::uint8_t>(i * contact);
  return chip;
}

/// More than are drawn at a time.
constexpr std::uint64_t kMany = 600;

void add_many(Store& store) {
  Store::Change change(store);
  for (std::uint64_t id = 10; id < 10 + kMany; ++id) {
    const Detection detection;
    const Chip chip = chip_of(id);
    ASSERT_TRUE(change.add_frame(id, Side::port, {{}, {&detection, 1}, {&chip, 1}}));
    Contact contact;
    contact.id = id;
    contact.best.detection = Store::detection_key(id, Side::port, 0);
    change.put(contact);
  }
  draw_chips(store, change);
  change.commit();
}

TEST(ChipPicture, OfEachContactThatHasAChipIsDrawnIntoTheStore) {
  SampleStore sample;
  add_many(sample.store());
  std::vector<std::uint64_t> drawn;
  sample.store().for_each_chip([&](std::uint64_t contact, std::span<const std::uint8_t> png) {
    drawn.push_back(contact);
    if (contact == 1) return;
    EXPECT_TRUE(std::ranges::equal(png, chip_png(chip_of(contact)))) << contact;
  });
  ASSERT_EQ(drawn.size(), kMany + 1);
  EXPECT_EQ(drawn.front(), 1U);  // The sample's second contact has none.
}

TEST(ChipPicture, FolderHoldsThoseOfTheStoreAndNothingElse) {
  SampleStore sample;
  add_many(sample.store());
  const TemporaryFolder folder;
  const auto file = [&](std::uint64_t contact) { return folder.path() / (std::to_string(contact) + ".png"); };
  std::ofstream(file(5)) << "of a contact that is no more";
  std::ofstream(file(12)) << "another picture";
  write_chips(sample.store(), folder.path());
  EXPECT_FALSE(std::filesystem::exists(file(5)));
  for (const std::uint64_t contact : {std::uint64_t{10}, std::uint64_t{12}, 9 + kMany}) {
    const auto png = chip_png(chip_of(contact));
    EXPECT_EQ(contents_of(file(contact)), std::string(png.begin(), png.end())) << contact;
  }
  const auto files = std::filesystem::directory_iterator(folder.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), kMany + 1);

  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(file(10), long_ago);
  write_chips(sample.store(), folder.path());
  EXPECT_EQ(std::filesystem::last_write_time(file(10)), long_ago) << "was the same and was written again";
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
