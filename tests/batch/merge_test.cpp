#include "pipeline/batch/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "pipeline/batch/log_scan.hpp"
#include "pipeline/batch/merge_ahead.hpp"
#include "pipeline/contacts/csv.hpp"
#include "tests/batch/survey_log.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish::batch {
namespace {

namespace fs = std::filesystem;

class MergeTest : public testing::Test {
 protected:
  /// A log with its reports, scanned in stretches of this length.
  LogReports scanned(const std::string& name, const SurveyLog& wanted, std::uint64_t length) const {
    const fs::path log = folder_.path() / (name + ".xtf");
    write_log(log, wanted);
    LogReports reports{name, wanted.start_ns, {}};
    for (std::uint64_t first = 0; first < wanted.pings; first += length) {
      reports.files.push_back(folder_.path() / (name + std::to_string(first)));
      ReportWriter out(reports.files.back());
      LogScan scan(log, test_settings());
      scan.scan({first, first + length >= wanted.pings ? kToTheEnd : first + length}, out,
                [](std::uint64_t) { return true; });
      out.close();
    }
    return reports;
  }

  std::string merged(std::vector<LogReports> logs) {
    sort_for_merging(logs);
    EXPECT_TRUE(merge(logs, {}, file_, counts_, [](std::size_t) { return true; }));
    return contacts();
  }

  [[nodiscard]] std::string contacts() const {
    Store store(file_, Store::Mode::read);
    std::ostringstream csv;
    write_csv(store, csv);
    return csv.str();
  }

  const TemporaryFolder folder_;
  const fs::path file_ = folder_.path() / "contacts.gpkg";
  MergeCounts counts_;
};

TEST_F(MergeTest, TheOrderInWhichLogsAreGivenAndCutDoesNotMatter) {
  const SurveyLog first;
  const SurveyLog second{.pings = 1000, .start_ns = first.start_ns + 3'600'000'000'000, .seed = 8};
  const std::string one = merged({scanned("a", first, 5000), scanned("b", second, 5000)});
  EXPECT_EQ(counts_.pings, 2500U);
  EXPECT_GT(counts_.fusion.contacts, 5U);
  EXPECT_EQ(merged({scanned("b", second, 512), scanned("a", first, 64)}), one);
  EXPECT_THAT(one, testing::HasSubstr(",a,"));
  EXPECT_THAT(one, testing::HasSubstr(",b,"));
}

TEST_F(MergeTest, AnObjectSeenInTwoLogsIsOneContact) {
  const SurveyLog first;
  const SurveyLog again{.start_ns = first.start_ns + 3'600'000'000'000};
  merged({scanned("a", first, 5000)});
  const auto alone = counts_.fusion;
  merged({scanned("a", first, 5000), scanned("b", again, 5000)});
  EXPECT_EQ(counts_.fusion.contacts, alone.contacts);
  EXPECT_EQ(counts_.fusion.resightings, alone.contacts);
}

TEST_F(MergeTest, LogsWithoutATimeComeLastAndInOrderOfTheirNames) {
  std::vector<LogReports> logs{
      {"d", kUnknownTime, {}}, {"c", kUnknownTime, {}}, {"b", 5, {}}, {"a", 5, {}}, {"z", 1, {}}};
  sort_for_merging(logs);
  std::string order;
  for (const LogReports& log : logs) order += log.name;
  EXPECT_EQ(order, "zabcd");
}

TEST_F(MergeTest, GivingUpLeavesTheEarlierStoreAsItWas) {
  const auto logs = std::vector{scanned("a", {}, 5000)};
  const std::string before = merged(logs);
  MergeCounts counts;
  EXPECT_FALSE(merge(logs, {}, file_, counts, [](std::size_t) { return false; }));
  EXPECT_EQ(contacts(), before);
}

class MergeAheadTest : public MergeTest {
 protected:
  MergeAheadTest() { first_[0].files.pop_back(); }

  static bool go_on() { return true; }

  const std::vector<LogReports> all_{
      scanned("a", {}, 512), scanned("b", {.start_ns = SurveyLog{}.start_ns + 3'600'000'000'000}, 512)};
  std::vector<LogReports> first_{all_[0]};  ///< What is ready ahead of the rest.
  const std::string expected_ = merged(all_);
};

TEST_F(MergeAheadTest, WhatWasMergedBitByBitIsTheSame) {
  MergeAhead ahead({}, file_);
  ahead.ready(first_, 1);
  ahead.ready(all_, 1);
  MergeCounts counts;
  EXPECT_TRUE(ahead.finish(all_, 1, counts, go_on));
  EXPECT_EQ(contacts(), expected_);
  EXPECT_EQ(counts.pings, counts_.pings);
  EXPECT_EQ(counts.fusion.contacts, counts_.fusion.contacts);
}

TEST_F(MergeAheadTest, BeginsAnewWhereOtherReportsComeFirst) {
  MergeCounts counts;
  MergeAhead ahead({}, file_);
  ahead.ready({all_[1]}, 1);
  EXPECT_TRUE(ahead.finish(all_, 1, counts, go_on));
  EXPECT_EQ(contacts(), expected_);
  EXPECT_EQ(counts.pings, counts_.pings);
}

TEST_F(MergeAheadTest, ReportsThatWereDamagedWhenReadAheadAreReadAgain) {
  const fs::path part = all_[0].files[0];
  const fs::path whole = folder_.path() / "whole";
  fs::copy_file(part, whole);
  fs::resize_file(part, fs::file_size(part) - 1);
  MergeCounts counts;
  MergeAhead ahead({}, file_);
  ahead.ready(first_, 1);
  EXPECT_THROW(ahead.finish(all_, 1, counts, go_on), ReportFileError);
  fs::rename(whole, part);
  EXPECT_TRUE(ahead.finish(all_, 2, counts, go_on));
  EXPECT_EQ(contacts(), expected_);
}

TEST_F(MergeAheadTest, GivingUpLeavesTheEarlierStoreAndNothingElse) {
  {
    MergeAhead ahead({}, file_);
    ahead.ready(first_, 1);
    MergeCounts counts;
    EXPECT_FALSE(ahead.finish({all_[1]}, 1, counts, [] { return false; }));
  }
  EXPECT_EQ(contacts(), expected_);
  EXPECT_FALSE(fs::exists(folder_.path() / "contacts.gpkg.part"));
}

}  // namespace
}  // namespace towfish::batch
