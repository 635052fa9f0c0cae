#include "pipeline/batch/campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "pipeline/batch/content_hash.hpp"
#include "pipeline/sonar/error.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish::batch {
namespace {

namespace fs = std::filesystem;

/// Files that are never opened: the test answers in the workers' place.
class CampaignTest : public testing::Test {
 protected:
  CampaignTest() {
    fs::create_directories(logs_);
    fs::create_directories(out_);
  }

  void write(const std::string& name, std::size_t bytes, char filling = 'x') const {
    std::ofstream(logs_ / name, std::ios::binary) << std::string(bytes, filling);
  }

  [[nodiscard]] std::unique_ptr<Campaign> begin() const {
    CampaignSettings settings{.out = out_, .detection = detection_};
    settings.whole_bytes = 1000;
    settings.cut.least = 512;
    settings.retry_failed = retry_failed_;
    settings.afresh = afresh_;
    return std::make_unique<Campaign>(settings, find_logs({logs_.string()}, out_));
  }

  static Answer done(const Job& job) {
    Answer answer = answer_to(job, Answer::Kind::done);
    if (job.kind == Job::Kind::look) {
      answer.size = {2048, 1000};
      const auto chunks = hashes(job.path, job.chunks_first, job.chunks_end);
      if (!chunks.empty()) answer.message = content_hash(chunks);
      return answer;
    }
    ReportWriter(job.reports).close();
    answer.result.pings = 512;
    answer.result.first_time_ns = 1000;
    answer.chunks = hashes(job.path, job.chunks_first, job.chunks_end);
    return answer;
  }

  static std::vector<std::uint64_t> hashes(const fs::path& file, std::uint64_t first, std::uint64_t end) {
    return hash_chunks(file, first, end, [] { return true; }).value();
  }

  /// Does up to `most` jobs; how many scans it did.
  static std::size_t work(Campaign& campaign, std::size_t most = 1000) {
    std::size_t scans = 0;
    for (std::size_t i = 0; i < most; ++i) {
      const auto job = campaign.next_job(i % 3);
      if (!job) break;
      scans += job->kind == Job::Kind::scan ? 1 : 0;
      campaign.answered(i % 3, done(*job));
    }
    return scans;
  }

  const TemporaryFolder folder_;
  const fs::path logs_ = folder_.path() / "logs";
  const fs::path out_ = folder_.path() / "out";
  std::string detection_ = "some";
  bool retry_failed_ = false;
  bool afresh_ = false;
};

TEST_F(CampaignTest, ScansSmallLogsWholeAndCutsLargeOnes) {
  write("small.xtf", 100);
  write("large.xtf", 5000);
  const auto campaign = begin();
  EXPECT_EQ(work(*campaign), 5U);
  EXPECT_TRUE(campaign->finished());
  EXPECT_EQ(campaign->standing().logs_done, 2U);
  EXPECT_EQ(campaign->standing().bytes_done, 5100U);
  EXPECT_TRUE(campaign->check_reports());
  const auto reports = campaign->reports();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].name, "large.xtf");
  EXPECT_EQ(reports[0].files.size(), 4U);
}

TEST_F(CampaignTest, GoesOnWhereAnEarlierRunStopped) {
  write("a.xtf", 5000);
  write("b.xtf", 5000, 'y');
  EXPECT_EQ(work(*begin(), 5), 3U);
  EXPECT_EQ(work(*begin()), 5U);
  EXPECT_EQ(work(*begin()), 0U);
  EXPECT_EQ(begin()->standing().logs_done, 2U);
}

TEST_F(CampaignTest, ALogThatGrewIsScannedAgainAndOneThatWasOnlyTouchedIsNot) {
  write("a.xtf", 5000);
  write("b.xtf", 5000, 'y');
  work(*begin());
  write("a.xtf", 6000);
  fs::last_write_time(logs_ / "b.xtf", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(work(*begin()), 4U);
}

TEST_F(CampaignTest, OtherContentOfTheSameSizeIsScannedAgainEvenIfTheTimeWasSetBack) {
  write("a.xtf", 5000);
  work(*begin());
  const auto time = fs::last_write_time(logs_ / "a.xtf");
  write("a.xtf", 5000, 'z');
  fs::last_write_time(logs_ / "a.xtf", time);
  EXPECT_EQ(work(*begin()), 4U);
}

TEST_F(CampaignTest, ALogThatChangesWhileItIsReadIsBegunAnewButNotForEver) {
  write("a.xtf", 100);
  const auto campaign = begin();
  for (std::size_t round = 1; round <= Campaign::kMostChanges; ++round) {
    const auto job = campaign->next_job(0);
    ASSERT_TRUE(job) << round;
    write("a.xtf", 100 + round);
    campaign->answered(0, done(*job));
  }
  EXPECT_TRUE(campaign->finished());
  EXPECT_EQ(campaign->logs()[0].state, LogState::failed);
  EXPECT_THAT(campaign->logs()[0].message, testing::HasSubstr("keeps changing"));
}

TEST_F(CampaignTest, AStretchThatKilledTwoWorkersIsSetAsideAndTheRestIsDone) {
  write("a.xtf", 5000);
  auto campaign = begin();
  work(*campaign, 1);
  std::size_t deaths = 0;
  while (const auto job = campaign->next_job(0)) {
    if (job->index == 2) {
      ++deaths;
      campaign->died(0, *job, "killed by signal 11");
    } else {
      campaign->answered(0, done(*job));
    }
  }
  EXPECT_EQ(deaths, Campaign::kFatalDeaths);
  EXPECT_TRUE(campaign->finished());
  EXPECT_EQ(campaign->standing().logs_failed, 1U);
  EXPECT_EQ(campaign->reports()[0].files.size(), 3U);

  EXPECT_EQ(work(*begin()), 0U);
  retry_failed_ = true;
  EXPECT_EQ(work(*begin()), 1U);
  EXPECT_EQ(begin()->standing().logs_done, 1U);
}

TEST_F(CampaignTest, WhoeverBeginsInsideALogLearnsWhereOthersWere) {
  write("a.xtf", 5000);
  const auto campaign = begin();
  campaign->answered(0, done(*campaign->next_job(0)));  // a look
  const auto answer_of = [](const Job& job) {
    Answer answer = done(job);
    answer.place_ping = job.stretch.end;
    answer.place = "behind stretch " + std::to_string(job.index);
    return answer;
  };
  const auto first = campaign->next_job(0);
  EXPECT_EQ(first->place, "");
  campaign->answered(0, answer_of(*first));
  EXPECT_EQ(campaign->next_job(0)->place, "") << "what the detectors remember reaches back behind it";
  const auto last = campaign->next_job(1);
  ASSERT_EQ(last->index, 3U);
  EXPECT_EQ(last->place, "behind stretch 0");
}

TEST_F(CampaignTest, ADeathCountsAcrossRuns) {
  write("a.xtf", 100);
  for (int run = 0; run < 2; ++run) {
    const auto campaign = begin();
    const auto job = campaign->next_job(0);
    ASSERT_TRUE(job);
    campaign->died(0, *job, "killed by signal 9");
  }
  EXPECT_EQ(begin()->standing().logs_failed, 1U);
}

TEST_F(CampaignTest, UnreadableLogsFailAndOtherFilesAreJustNoLogs) {
  write("broken.xtf", 100);
  write("notes.doc", 100);
  auto campaign = begin();
  while (const auto job = campaign->next_job(0)) {
    campaign->answered(0, answer_to(*job, Answer::Kind::unreadable, "cannot be read"));
  }
  EXPECT_EQ(campaign->standing().logs, 1U);
  EXPECT_EQ(campaign->standing().logs_failed, 1U);
  EXPECT_EQ(begin()->next_job(0), std::nullopt);
  retry_failed_ = true;
  EXPECT_TRUE(begin()->next_job(0));
}

TEST_F(CampaignTest, DamagedReportsAreMadeOnceMore) {
  write("a.xtf", 5000);
  auto campaign = begin();
  work(*campaign);
  fs::resize_file(campaign->reports()[0].files[1], 10);
  fs::remove(campaign->reports()[0].files[3]);
  EXPECT_FALSE(campaign->check_reports());
  EXPECT_EQ(work(*campaign), 2U);
  EXPECT_TRUE(campaign->check_reports());
}

TEST_F(CampaignTest, ACopyIsLeftOutWhicheverIsScannedFirst) {
  write("a.xtf", 5000);
  write("b.xtf", 5000);
  write("c.xtf", 5000, 'z');
  const auto campaign = begin();
  std::vector<Job> jobs;
  while (const auto job = campaign->next_job(jobs.size() % 3)) {
    if (job->kind == Job::Kind::scan) {
      jobs.push_back(*job);
    } else {
      campaign->answered(0, done(*job));
    }
  }
  const auto name_b = [&](const Job& job) { return campaign->name_of(job) == "b.xtf"; };
  std::ranges::stable_partition(jobs, name_b);
  for (const Job& job : jobs) {
    campaign->answered(0, done(job));
    for (const LogReports& log : campaign->first_reports()) EXPECT_NE(log.name, "b.xtf");
  }
  ASSERT_EQ(campaign->reports().size(), 2U);
  EXPECT_EQ(campaign->reports()[0].name, "a.xtf");
  EXPECT_EQ(campaign->reports()[1].name, "c.xtf");
  EXPECT_EQ(campaign->standing().logs_done, 3U);
  EXPECT_EQ(campaign->standing().copies, 1U);
}

TEST_F(CampaignTest, OfACopyNothingIsMergedAheadEither) {
  write("a.xtf", 5000);
  write("b.xtf", 5000);
  const auto campaign = begin();
  while (const auto job = campaign->next_job(0)) {
    campaign->answered(0, done(*job));
    for (const LogReports& log : campaign->first_reports()) EXPECT_NE(log.name, "b.xtf");
  }
  EXPECT_EQ(campaign->first_reports().size(), 1U);
}

TEST_F(CampaignTest, OtherDetectorSettingsAreRefusedUnlessItIsBegunAfresh) {
  write("a.xtf", 100);
  work(*begin());
  detection_ = "others";
  EXPECT_THROW(begin(), UsageError);
  afresh_ = true;
  EXPECT_EQ(work(*begin()), 1U);
}

TEST_F(CampaignTest, TheHashDoesNotDependOnHowALogIsCut) {
  write("a.xtf", 5000);
  auto campaign = begin();
  work(*campaign);
  EXPECT_EQ(campaign->logs()[0].hash, content_hash(hashes(logs_ / "a.xtf", 0, 100)));
}

TEST_F(CampaignTest, WhatKilledWorkersWereWritingGoes) {
  write("a.xtf", 100);
  const auto job = begin()->next_job(0);
  ASSERT_TRUE(job);
  const fs::path unfinished = job->reports + ".4711.part";
  std::ofstream(unfinished) << "half of it";
  const auto campaign = begin();
  EXPECT_FALSE(fs::exists(unfinished));
  EXPECT_EQ(work(*begin()), 1U);
  EXPECT_EQ(work(*begin()), 0U) << "and what is whole stays";
}

TEST_F(CampaignTest, AllFilesOfAHumminbirdRecordingAreWatched) {
  write("R1.DAT", 64);
  fs::create_directory(logs_ / "R1");
  write("R1/B002.SON", 500);
  work(*begin());
  const std::string hash = begin()->logs()[0].hash;
  EXPECT_EQ(begin()->logs().size(), 1U);
  EXPECT_EQ(work(*begin()), 0U);
  write("R1/B003.SON", 400);
  EXPECT_EQ(work(*begin()), 1U);
  write("R1/B003.SON", 400, 'y');
  EXPECT_GE(work(*begin()), 1U) << "of the same size";
  EXPECT_NE(begin()->logs()[0].hash, hash);
  EXPECT_EQ(hashes(logs_ / "R1.DAT", 0, 9).size(), 1U);
}

TEST_F(CampaignTest, AHashThatSomebodyDiedOverIsMadeUpFor) {
  write("a.xtf", 5000);
  work(*begin());
  const std::string hash = begin()->logs()[0].hash;
  ASSERT_EQ(hash.size(), 16U);
  Database(out_ / "ledger.sqlite", Database::Access::read_write).execute("UPDATE logs SET hash = ''");
  EXPECT_EQ(begin()->logs()[0].hash, hash) << "else a copy of it would be merged, too";
}

TEST_F(CampaignTest, AnswersToAnEarlierRunAreNoneToThis) {
  write("a.xtf", 100);
  const auto before = begin()->next_job(0);
  const auto campaign = begin();
  const auto job = campaign->next_job(0);
  ASSERT_TRUE(before && job);
  const auto late = done(*before);
  EXPECT_FALSE(campaign->expected_reports(late));
  campaign->answered(0, late);
  EXPECT_FALSE(campaign->finished());
  campaign->answered(0, done(*job));
  EXPECT_TRUE(campaign->finished());
}

TEST_F(CampaignTest, ALookThatIsAnsweredTwiceIsNotTakenForAScan) {
  write("a.xtf", 5000);
  const auto campaign = begin();
  const auto look = campaign->next_job(0);
  ASSERT_TRUE(look);
  ASSERT_EQ(look->kind, Job::Kind::look);
  campaign->answered(0, done(*look));
  const auto first = campaign->next_job(0);
  ASSERT_TRUE(first);
  ASSERT_EQ(first->index, 0U);
  campaign->answered(1, done(*look));
  EXPECT_EQ(campaign->logs()[0].stretches[0].state, StretchState::waiting);
}

TEST_F(CampaignTest, ALookThatFailsIsTriedAgainAndThenTold) {
  write("a.xtf", 5000);
  const auto campaign = begin();
  for (std::uint32_t attempt = 1; attempt <= Campaign::kFatalDeaths; ++attempt) {
    const auto look = campaign->next_job(0);
    ASSERT_TRUE(look) << attempt;
    campaign->answered(0, answer_to(*look, Answer::Kind::failed, "no memory"));
  }
  EXPECT_TRUE(campaign->finished());
  EXPECT_EQ(campaign->logs()[0].state, LogState::failed);
  EXPECT_THAT(campaign->logs()[0].message, testing::HasSubstr("no memory"));
}

TEST_F(CampaignTest, ALogMayChangeOnceInEachOfManyRuns) {
  write("a.xtf", 100);
  for (std::size_t night = 1; night <= 2 * Campaign::kMostChanges; ++night) {
    const auto campaign = begin();
    const auto job = campaign->next_job(0);
    ASSERT_TRUE(job) << night;
    write("a.xtf", 100 + night);
    campaign->answered(0, done(*job));
    work(*campaign);
    EXPECT_EQ(campaign->standing().logs_done, 1U) << night;
    write("a.xtf", 200 + night);
  }
}

TEST_F(CampaignTest, WhatAWorkerDoesNotSeeIsDoneByOthers) {
  write("a.xtf", 5000);
  const auto campaign = begin();
  for (int i = 0; i < 20; ++i) {
    const auto job = campaign->next_job(0);
    ASSERT_TRUE(job);
    EXPECT_EQ(job->bytes, 5000U);
    campaign->answered(0, answer_to(*job, Answer::Kind::unseen, "not here"));
    if (i < 10) continue;
    const auto again = campaign->next_job(1);
    ASSERT_TRUE(again);
    campaign->answered(1, done(*again));
    if (campaign->finished()) break;
  }
  EXPECT_TRUE(campaign->finished());
  EXPECT_EQ(campaign->standing().logs_done, 1U);
  EXPECT_EQ(campaign->standing().logs_failed, 0U);
}

TEST_F(CampaignTest, WhatNobodySeesAnyMoreHasFailedAndWhatIsAnotherIsBegunAnew) {
  write("a.xtf", 5000);
  write("b.xtf", 100);
  const auto campaign = begin();
  work(*campaign, 1);
  const auto of_a = campaign->next_job(0);
  const auto of_b = campaign->next_job(1);
  ASSERT_TRUE(of_a && of_b);
  fs::remove(logs_ / "a.xtf");
  write("b.xtf", 200);
  campaign->answered(0, answer_to(*of_a, Answer::Kind::unseen, "not there"));
  campaign->answered(1, answer_to(*of_b, Answer::Kind::unseen, "found 200 bytes"));
  EXPECT_EQ(work(*campaign), 1U);
  EXPECT_TRUE(campaign->finished());
  EXPECT_EQ(campaign->standing().logs_failed, 1U);
  EXPECT_EQ(campaign->standing().logs_done, 1U);
}

TEST_F(CampaignTest, NobodyIsWaitedForWhoReadsWhatIsGone) {
  write("a.xtf", 5000);
  const auto campaign = begin();
  work(*campaign, 1);
  const auto first = campaign->next_job(0);
  const auto second = campaign->next_job(1);
  ASSERT_TRUE(first && second);
  write("a.xtf", 100);  // One stretch now.
  campaign->answered(0, answer_to(*first, Answer::Kind::unseen, "found 100 bytes"));
  campaign->answered(1, answer_to(*second, Answer::Kind::unseen, "found 100 bytes"));
  EXPECT_EQ(work(*campaign), 1U);
  EXPECT_EQ(campaign->under_way(), 0U);
  EXPECT_TRUE(campaign->finished());
}

TEST_F(CampaignTest, ADamagedLedgerIsNamed) {
  write("a.xtf", 100);
  work(*begin());
  const fs::path ledger = out_ / "ledger.sqlite";
  Database(ledger, Database::Access::read_write).execute("UPDATE logs SET state = 99");
  EXPECT_EQ(work(*begin()), 1U);
  Database(ledger, Database::Access::read_write).execute("UPDATE stretches SET answer = '{'");
  try {
    static_cast<void>(begin());
    ADD_FAILURE() << "not noticed";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(ledger.string()));
  }
}

TEST_F(CampaignTest, TenThousandSmallLogsAreDoneOneByOne) {
  for (int i = 0; i < 10'000; ++i) write(std::to_string(i) + ".xtf", 1);
  const auto campaign = begin();
  std::size_t jobs = 0;
  while (const auto job = campaign->next_job(jobs % 8)) {
    campaign->answered(jobs % 8, answer_to(*job, Answer::Kind::done));
    ++jobs;
  }
  EXPECT_EQ(jobs, 10'000U);
  EXPECT_EQ(campaign->standing().logs_done, 10'000U);
}

}  // namespace
}  // namespace towfish::batch
