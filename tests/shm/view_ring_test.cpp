#include "pipeline/shm/view_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

namespace towfish::shm {
namespace {

struct alignas(64) Line {
  std::byte bytes[64];
};

class ViewRingTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kRows = 4;
  static ViewRow row(std::uint64_t ping) {
    ViewRow made;
    made.ping = ping;
    made.columns = ViewRow::kMostColumns;
    made.pixels.fill(static_cast<std::uint8_t>(ping));
    return made;
  }
  static bool is_whole(const ViewRow& row) {
    return std::all_of(row.pixels.begin(), row.pixels.end(),
                       [&](std::uint8_t pixel) { return pixel == static_cast<std::uint8_t>(row.ping); });
  }
  std::span<std::byte> memory() { return {lines_.front().bytes, lines_.size() * sizeof(Line)}; }

  std::vector<Line> lines_ = std::vector<Line>(ViewRing::bytes(kRows) / sizeof(Line) + 1);
};

TEST_F(ViewRingTest, TheOldestRowsAreOverwrittenAndNotFoundAnyMore) {
  ViewRing ring = ViewRing::format(memory(), kRows);
  ViewRow found;
  EXPECT_FALSE(ring.read(0, found));
  for (std::uint64_t ping = 0; ping < 6; ++ping) ring.push(row(ping));
  EXPECT_EQ(ring.written(), 6u);
  EXPECT_FALSE(ring.read(1, found));
  EXPECT_FALSE(ring.read(6, found));
  for (std::uint64_t index = 2; index < 6; ++index) {
    ASSERT_TRUE(ring.read(index, found));
    EXPECT_EQ(found.ping, index);
    EXPECT_TRUE(is_whole(found));
  }
}

TEST_F(ViewRingTest, SizesThatDoNotFitAreRefused) {
  ViewRing::format(memory(), kRows);
  EXPECT_TRUE(ViewRing::attach(memory()));
  EXPECT_FALSE(ViewRing::attach(memory().first(ViewRing::bytes(kRows) - 1)));
  EXPECT_FALSE(ViewRing::attach(memory().first(8)));
  ViewRing::format(memory(), ~std::uint64_t{0});
  EXPECT_FALSE(ViewRing::attach(memory()));
  ViewRing::format(memory(), 0);
  EXPECT_FALSE(ViewRing::attach(memory()));
}

TEST_F(ViewRingTest, ReadersThatCannotKeepUpGetWholeRowsOrNone) {
  constexpr std::uint64_t kPushed = 20000;
  ViewRing ring = ViewRing::format(memory(), kRows);
  const auto reader = ViewRing::attach(memory());
  std::uint64_t whole = 0;
  std::uint64_t torn = 0;
  std::thread reading([&] {
    ViewRow found;
    for (std::uint64_t seen = 0; seen < kPushed; seen = reader->written()) {
      for (std::uint64_t back = 1; back <= std::min(kRows, seen); ++back) {
        if (!reader->read(seen - back, found)) continue;
        ++(is_whole(found) && found.ping == seen - back ? whole : torn);
      }
    }
  });
  for (std::uint64_t ping = 0; ping < kPushed; ++ping) ring.push(row(ping));
  reading.join();
  EXPECT_EQ(torn, 0u);
}

}  // namespace
}  // namespace towfish::shm
