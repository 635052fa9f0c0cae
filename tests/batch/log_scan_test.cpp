#include "pipeline/batch/log_scan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "pipeline/sonar/error.hpp"
#include "tests/batch/survey_log.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish::batch {
namespace {

namespace fs = std::filesystem;

bool go_on(std::uint64_t) {
  return true;
}

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

class LogScanTest : public testing::Test {
 protected:
  /// All reports of the log as bytes, cut into these stretches, each scanned by a scan of its own.
  std::string reports(const std::vector<Stretch>& stretches) {
    std::string bytes;
    sum_ = {};
    for (const Stretch& stretch : stretches) {
      LogScan scan(log_, test_settings());
      bytes += reports_of(scan, stretch);
    }
    return bytes;
  }

  std::string reports_of(LogScan& scan, const Stretch& stretch) {
    const fs::path file = folder_.path() / "part";
    ReportWriter out(file);
    const auto result = scan.scan(stretch, out, go_on);
    out.close();
    sum_.pings += result->pings;
    sum_.warm_up += result->warm_up;
    sum_.frames += result->frames;
    sum_.detections += result->detections;
    for (const Fault& fault : result->faults) faults_[fault.kind] += fault.count;
    std::string bytes;
    read_reports(file, [&](const KeptReport& view) {
      append(bytes, view.report);
      for (const Detection& detection : view.detections) append(bytes, detection);
      for (const Chip& chip : view.chips) append(bytes, chip);
    });
    return bytes;
  }

  static std::vector<Stretch> every(std::uint64_t length, std::uint64_t count) {
    std::vector<Stretch> stretches;
    for (std::uint64_t i = 0; i < count; ++i) stretches.push_back({i * length, (i + 1) * length});
    stretches.back().end = kToTheEnd;
    return stretches;
  }

  const TemporaryFolder folder_;
  const fs::path log_ = folder_.path() / "log.xtf";
  StretchResult sum_;
  std::map<std::string, std::uint64_t> faults_;
};

TEST_F(LogScanTest, ReportsAreTheSameHoweverTheLogIsCut) {
  write_log(log_, {.pings = 1500});
  const std::string whole = reports({{}});
  EXPECT_EQ(sum_.pings, 1500U);
  EXPECT_GE(sum_.detections, 8U);
  for (const auto& [length, count] : {std::pair{512, 3}, {64, 24}, {16, 94}, {1488, 2}}) {
    EXPECT_TRUE(reports(every(length, count)) == whole) << count << " stretches of " << length;
    EXPECT_EQ(sum_.pings, 1500U);
  }
}

TEST_F(LogScanTest, ReportsAreTheSameAcrossANewRangeAndAMissingSide) {
  write_log(log_, {.pings = 1600, .new_range_at = 333, .port_missing_from = 500, .port_missing_to = 1290});
  const std::string whole = reports({{}});
  EXPECT_GT(sum_.frames, 100U);
  EXPECT_TRUE(reports(every(64, 25)) == whole);
  EXPECT_TRUE(reports(every(320, 5)) == whole);
}

TEST_F(LogScanTest, StretchesBehindTheEndAreEmptyAndDoNotEndTheLogAgain) {
  write_log(log_, {.pings = 320});
  const std::string whole = reports({{}});
  EXPECT_TRUE(reports(every(160, 7)) == whole);
  EXPECT_EQ(sum_.pings, 320U);
}

TEST_F(LogScanTest, AStretchThatFollowsOnNeedsNoWarmUp) {
  write_log(log_, {.pings = 1500});
  const std::string whole = reports({{}});
  LogScan scan(log_, test_settings());
  std::string bytes;
  sum_ = {};
  for (const Stretch& stretch : every(512, 3)) bytes += reports_of(scan, stretch);
  EXPECT_TRUE(bytes == whole);
  EXPECT_EQ(sum_.warm_up, 0U);
  EXPECT_GT(reports_of(scan, {512, 1024}).size(), 0U);
  EXPECT_EQ(sum_.warm_up, 512U);
}

TEST_F(LogScanTest, FaultsOfPartsAddUpToThoseOfTheWhole) {
  write_log(log_, {.pings = 1500});
  reports({{}});
  const auto whole = std::exchange(faults_, {});
  reports(every(256, 6));
  EXPECT_EQ(faults_, whole);
}

TEST_F(LogScanTest, GivingUpLeavesAScanThatCanBeginAnywhere) {
  write_log(log_, {.pings = 1500});
  LogScan scan(log_, test_settings());
  {
    ReportWriter out(folder_.path() / "part");
    EXPECT_FALSE(scan.scan({}, out, [](std::uint64_t ping) { return ping < 200; }));
  }
  const std::string again = reports_of(scan, {});
  EXPECT_TRUE(again == reports({{}}));
}

TEST_F(LogScanTest, TheSizeIsEstimatedFromTheBeginning) {
  write_log(log_, {.pings = 3000});
  LogScan scan(log_, test_settings());
  const LogSize size = scan.size();
  EXPECT_NEAR(static_cast<double>(size.pings), 3000, 300);
  EXPECT_EQ(size.first_time_ns, SurveyLog{}.start_ns);
  EXPECT_TRUE(reports_of(scan, {}) == reports({{}}));
}

TEST_F(LogScanTest, AnUnreadableLogSaysSo) {
  EXPECT_THROW(LogScan(folder_.path() / "absent.xtf", test_settings()), InputError);
}

}  // namespace
}  // namespace towfish::batch
