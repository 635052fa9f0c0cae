#include "pipeline/batch/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "pipeline/batch/log_scan.hpp"
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
    const fs::path file = folder_.path() / "contacts.gpkg";
    EXPECT_TRUE(merge(logs, {}, file, counts_, [](std::size_t) { return true; }));
    Store store(file, Store::Mode::read);
    std::ostringstream csv;
    write_csv(store, csv);
    return csv.str();
  }

  const TemporaryFolder folder_;
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
  const fs::path file = folder_.path() / "contacts.gpkg";
  EXPECT_FALSE(merge(logs, {}, file, counts, [](std::size_t) { return false; }));
  Store store(file, Store::Mode::read);
  std::ostringstream csv;
  write_csv(store, csv);
  EXPECT_EQ(csv.str(), before);
}

}  // namespace
}  // namespace towfish::batch
