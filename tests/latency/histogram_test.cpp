#include "pipeline/latency/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

namespace towfish::latency {
namespace {

TEST(Histogram, IsEmptyWhenAllZeros) {
  const auto histogram = std::make_unique<Histogram>();
  EXPECT_EQ(histogram->count(), 0U);
  EXPECT_EQ(histogram->at_quantile(0.99), 0U);
}

TEST(Histogram, ReadsBackOneValueOfAnySizeWithinOnePercent) {
  for (double value = 1; value < 1e12; value *= 1.037) {
    const auto histogram = std::make_unique<Histogram>();
    const auto ns = static_cast<std::int64_t>(value);
    histogram->record(ns);
    histogram->record(std::int64_t{1} << 40);
    EXPECT_NEAR(static_cast<double>(histogram->at_quantile(0.5)), static_cast<double>(ns), 0.01 * value)
        << ns;
  }
}

TEST(Histogram, PercentilesOfRandomDurationsMatchSortingThem) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> durations(13, 1.5);
  const auto histogram = std::make_unique<Histogram>();
  std::vector<std::int64_t> all;
  for (int i = 0; i < 100'000; ++i) {
    all.push_back(static_cast<std::int64_t>(durations(random)));
    histogram->record(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const double quantile : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto exact = static_cast<double>(
        all[static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(all.size()))) - 1]);
    EXPECT_NEAR(static_cast<double>(histogram->at_quantile(quantile)), exact, 0.01 * exact) << quantile;
  }
  EXPECT_EQ(histogram->max_ns(), static_cast<std::uint64_t>(all.back()));
}

TEST(Histogram, CountsWhatIsTooLongOrNegativeAtTheEnds) {
  const auto histogram = std::make_unique<Histogram>();
  histogram->record(-5);
  histogram->record(std::int64_t{1} << 60);
  EXPECT_EQ(histogram->count(), 2U);
  EXPECT_EQ(histogram->at_quantile(0.5), 0U);
  EXPECT_EQ(histogram->max_ns(), std::uint64_t{1} << 60);
}

TEST(Histogram, AddingTwoIsRecordingAllIntoOne) {
  const auto a = std::make_unique<Histogram>();
  const auto b = std::make_unique<Histogram>();
  const auto both = std::make_unique<Histogram>();
  for (int i = 0; i < 1000; ++i) {
    (i % 3 == 0 ? a : b)->record(i * 1000);
    both->record(i * 1000);
  }
  a->add(*b);
  EXPECT_EQ(a->count(), both->count());
  EXPECT_EQ(a->at_quantile(0.77), both->at_quantile(0.77));
  EXPECT_EQ(a->max_ns(), both->max_ns());
}

TEST(Histogram, TheDifferenceHoldsWhatCameSince) {
  const auto now = std::make_unique<Histogram>();
  const auto earlier = std::make_unique<Histogram>();
  const auto since = std::make_unique<Histogram>();
  now->record(900'000);
  earlier->record(900'000);
  for (int i = 0; i < 9; ++i) now->record(5000);
  since->add_difference(*now, *earlier);
  EXPECT_EQ(since->count(), 9U);
  EXPECT_GE(since->max_ns(), 5000U);
  EXPECT_LE(since->max_ns(), 5000U + 5000U / 64);
}

TEST(Histogram, VisitedBucketsAddUpToTheCount) {
  const auto histogram = std::make_unique<Histogram>();
  for (int i = 0; i < 500; ++i) histogram->record(i * i * 100);
  std::uint64_t sum = 0;
  std::uint64_t last_edge = 0;
  histogram->for_each([&](std::uint64_t edge, std::uint64_t count) {
    EXPECT_TRUE(sum == 0 || edge > last_edge);
    last_edge = edge;
    sum += count;
  });
  EXPECT_EQ(sum, 500U);
}

}  // namespace
}  // namespace towfish::latency
