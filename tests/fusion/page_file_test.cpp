#include "pipeline/fusion/page_file.hpp"

#include <gtest/gtest.h>

namespace towfish {
namespace {

std::vector<std::uint8_t> bytes(std::size_t count, std::uint8_t first) {
  std::vector<std::uint8_t> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = static_cast<std::uint8_t>(first + i * 7);
  return all;
}

TEST(PageFile, GivesBackWhatItTook) {
  PageFile file(std::filesystem::temp_directory_path());
  std::vector<PageFile::Place> places;
  for (const std::size_t count : {1U, 4095U, 4096U, 4097U, 100'000U})
    places.push_back(*file.put(bytes(count, 3)));
  for (PageFile::Place& place : places) {
    const std::size_t count = place.bytes;
    EXPECT_EQ(file.take(place), bytes(count, 3));
    EXPECT_TRUE(place.empty());
  }
}

TEST(PageFile, PagesTakenBackAreUsedAgain) {
  PageFile file(std::filesystem::temp_directory_path());
  std::uint32_t highest = 0;
  auto kept = file.put(bytes(9000, 1));
  for (int round = 0; round < 100; ++round) {
    auto place = file.put(bytes(20'000, 2));
    for (const std::uint32_t page : place->pages) highest = std::max(highest, page);
    EXPECT_EQ(file.take(*place), bytes(20'000, 2));
  }
  EXPECT_LT(highest, 3U + 5U);
  EXPECT_EQ(file.take(*kept), bytes(9000, 1));
}

TEST(PageFile, FolderThatIsNoneTakesNothing) {
  PageFile file("/nowhere/at/all");
  EXPECT_FALSE(file.put(bytes(10, 1)).has_value());
}

}  // namespace
}  // namespace towfish
