#include "detectors/window_ranks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>
#include <vector>

namespace towfish {
namespace {

using Rows = std::vector<std::vector<std::int32_t>>;

/// Many of them equal, some far from the others, some missing.
Rows random_rows(std::size_t rows, std::size_t windows, std::mt19937& random) {
  std::gamma_distribution<float> value(2, 10);
  Rows made(rows, std::vector<std::int32_t>(windows + WindowRanks::kWidth - 1, WindowRanks::kNone));
  for (auto& row : made) {
    for (auto& bits : row) {
      const auto kind = random() % 10;
      if (kind == 0) continue;
      const float number =
          kind < 4 ? static_cast<float>(random() % 4) : value(random) * (kind == 9 ? 1e6F : 1);
      bits = std::bit_cast<std::int32_t>(number);
    }
  }
  return made;
}

std::int32_t by_sorting(const Rows& rows, std::size_t window, float part) {
  std::vector<float> values;
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < WindowRanks::kWidth; ++k) {
      if (row[window + k] != WindowRanks::kNone) values.push_back(std::bit_cast<float>(row[window + k]));
    }
  }
  if (values.empty()) return WindowRanks::kNone;
  std::ranges::sort(values);
  return std::bit_cast<std::int32_t>(
      values[static_cast<std::size_t>(part * static_cast<float>(values.size() - 1))]);
}

TEST(WindowRanks, FindsWhatSortingFinds) {
  std::mt19937 random(1);
  for (const std::size_t windows : {1U, 5U, 50U, 67U}) {
    WindowRanks ranks;
    ranks.reset(windows);
    for (int round = 0; round < 50; ++round) {
      const Rows rows = random_rows(1 + random() % 13, windows, random);
      std::vector<const std::int32_t*> firsts;
      for (const auto& row : rows) firsts.push_back(row.data());
      for (const float part : {0.0F, 0.3F, 0.7F, 1.0F}) {
        const auto found = ranks.find(firsts, part);
        ASSERT_EQ(found.size(), windows);
        for (std::size_t i = 0; i < windows; ++i)
          ASSERT_EQ(found[i], by_sorting(rows, i, part)) << i << " at " << part;
      }
    }
  }
}

TEST(WindowRanks, FindsNoneWhereThereIsNothing) {
  WindowRanks ranks;
  ranks.reset(9);
  std::vector<std::int32_t> row(9 + WindowRanks::kWidth - 1, WindowRanks::kNone);
  row.front() = std::bit_cast<std::int32_t>(2.5F);
  const std::int32_t* const first = row.data();
  const auto found = ranks.find({&first, 1}, 0.7F);
  EXPECT_EQ(found[0], row.front());
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_EQ(found[i], WindowRanks::kNone);
}

}  // namespace
}  // namespace towfish
