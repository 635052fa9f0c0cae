#include "pipeline/batch/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace towfish::batch {
namespace {

using testing::HasSubstr;
using testing::Not;

Standing half() {
  Standing standing;
  standing.logs = 4;
  standing.logs_done = 2;
  standing.bytes = 400'000'000;
  standing.bytes_done = 200'000'000;
  standing.pings = 5000;
  standing.current = {"a.xtf", "b.xtf"};
  return standing;
}

TEST(Progress, TheBarShowsShareRateTimeLeftAndFiles) {
  const std::string bar = Progress::bar(half(), 100, 200);
  EXPECT_THAT(bar, HasSubstr("[##########..........]  50%  2/4 logs  2.0 MB/s  50 pings/s  left 1:40"));
  EXPECT_THAT(bar, HasSubstr("a.xtf, b.xtf"));
  EXPECT_THAT(bar, Not(HasSubstr("failed")));
}

TEST(Progress, TheBarFitsTheTerminalAndTellsFaults) {
  Standing standing = half();
  standing.logs_failed = 1;
  standing.copies = 2;
  standing.worker_deaths = 3;
  standing.faults = 17;
  EXPECT_THAT(Progress::bar(standing, 100, 200), HasSubstr("failed 1  copies 2  workers died 3  faults 17"));
  EXPECT_EQ(Progress::bar(standing, 100, 60).size(), 60U);
}

TEST(Progress, WhatAnEarlierRunDidDoesNotCountForTheRate) {
  Standing standing = half();
  standing.bytes_before = 100'000'000;
  EXPECT_DOUBLE_EQ(Progress::seconds_left(standing, 100), 200);
  standing.bytes_before = standing.bytes_done;
  EXPECT_LT(Progress::seconds_left(standing, 100), 0);
  standing.bytes_done = standing.bytes;
  EXPECT_DOUBLE_EQ(Progress::seconds_left(standing, 100), 0);
}

TEST(Progress, JsonIsOneObjectALine) {
  const std::string text = Progress::json(half(), 100);
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  const auto object = nlohmann::json::parse(text);
  EXPECT_EQ(object["event"], "progress");
  EXPECT_DOUBLE_EQ(object["share"], 0.5);
  EXPECT_EQ(object["current"].size(), 2U);
}

TEST(Progress, TimesAreReadable) {
  EXPECT_EQ(clock_text(-1), "-");
  EXPECT_EQ(clock_text(59.4), "0:59");
  EXPECT_EQ(clock_text(3723), "1:02:03");
}

TEST(Progress, ALogThatHasToBeDoneAgainIsNoNegativeRate) {
  Standing standing;
  standing.bytes = 1000;
  standing.bytes_before = 900;
  standing.bytes_done = 100;
  EXPECT_THAT(Progress::bar(standing, 10, 200), HasSubstr("  0.0 MB/s  "));
}

}  // namespace
}  // namespace towfish::batch
