#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <vector>

#include "detectors/lengths.hpp"
#include "detectors/prefix_sums.hpp"

namespace towfish {
namespace {

TEST(SumUp, IsTheSumOfAllBeforeForAnyLengthAndInPlaceToo) {
  for (std::size_t n = 0; n < 70; ++n) {
    std::vector<std::int32_t> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<std::int32_t>(i * 7919 % 1009) - 500;
    std::vector<std::int32_t> expected(n);
    std::partial_sum(values.begin(), values.end(), expected.begin());
    std::vector<std::int32_t> sums(n);
    sum_up(values, sums.data());
    EXPECT_EQ(sums, expected);
    sum_up(values, values.data());
    EXPECT_EQ(values, expected);
  }
}

TEST(SumUp, BeyondTheEndsOfARowNothingIsAdded) {
  const std::vector<std::int32_t> values{3, 4, 5};
  std::vector<std::int32_t> prefix(values.size() + 2 * 2 + 1);
  for (int row = 0; row < 2; ++row) {  // what was there before does not matter
    sum_up_padded(values, 2, prefix);
    EXPECT_EQ(prefix, (std::vector<std::int32_t>{0, 0, 0, 3, 7, 12, 12, 12}));
  }
}

TEST(CountOf, IsTheNearestWholeNumberWithinLimitsWhateverIsAskedFor) {
  EXPECT_EQ(count_of(1.0F, 0.4F, 0, 100), 3);  // 2.5: a half is rounded up
  EXPECT_EQ(count_of(0.49999997F, 1.0F, 0, 100), 0);
  EXPECT_EQ(count_of(1.0F, 0.4F, 4, 100), 4);
  EXPECT_EQ(count_of(1.0F, 1e-30F, 0, 100), 100);
  EXPECT_EQ(count_of(1.0F, 0.0F, 0, 100), 100);
  EXPECT_EQ(count_of(1.0F, std::numeric_limits<float>::quiet_NaN(), 7, 100), 7);
  EXPECT_EQ(count_of(5.0F, 1.0F, 9, 3), 9);  // what is least counts for more than what is most
}

}  // namespace
}  // namespace towfish
