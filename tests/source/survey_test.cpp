#include "pipeline/source/survey.hpp"

#include <gmock/gmock.h>

#include "pipeline/sonar/error.hpp"
#include "tests/source/counted_log.hpp"

namespace towfish::source {
namespace {

Survey survey_of(std::initializer_list<std::uint64_t> lengths) {
  return Survey(counted_parts(lengths));
}

std::vector<std::uint64_t> numbers(Survey& survey) {
  std::vector<std::uint64_t> all;
  while (const PingPair* pair = survey.next()) all.push_back(pair->ping.number);
  return all;
}

TEST(Survey, NumbersGoOnFromOneLogToTheNext) {
  Survey survey = survey_of({2, 0, 3});
  EXPECT_THAT(numbers(survey), testing::ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(survey.size(), 5U);
}

TEST(Survey, SamplesComeFromTheLogTheyBelongTo) {
  Survey survey = survey_of({2, 3});
  survey.seek(3);
  ASSERT_EQ(survey.next()->ping.number, 3U);
  std::vector<std::uint16_t> row(8);
  survey.read_trace(Side::starboard, row);
  EXPECT_EQ(row[5], CountedSource::sample(1, Side::starboard, 5));
}

TEST(Survey, SeekGoesToEveryPingAndPastTheEnd) {
  for (std::uint64_t at = 0; at <= 6; ++at) {
    Survey survey = survey_of({2, 1, 2});
    numbers(survey);
    survey.seek(at);
    std::vector<std::uint64_t> expected;
    for (std::uint64_t n = at; n < 5; ++n) expected.push_back(n);
    EXPECT_EQ(numbers(survey), expected) << at;
  }
}

TEST(Survey, TimeIsFoundAcrossLogs) {
  Survey survey = survey_of({3, 0, 4});
  const auto time = [](std::uint64_t part_pings) {
    return CountedSource::kStart_ns + static_cast<std::int64_t>(part_pings) * CountedSource::kInterval_ns;
  };
  EXPECT_EQ(survey.find_time(time(0)), 0U);
  EXPECT_EQ(survey.find_time(time(1) + 1), 2U);
  EXPECT_EQ(survey.find_time(time(3)), 6U) << "its own time of day, in the third log";
  EXPECT_EQ(survey.find_time(time(4)), std::nullopt);
  survey.seek(2);
  EXPECT_THAT(numbers(survey), testing::ElementsAre(2, 3, 4, 5, 6));
}

TEST(Survey, OneLogIsOpenAtATime) {
  int open = 0;
  int most = 0;
  std::vector<Survey::Open> parts;
  for (int i = 0; i < 5; ++i) {
    parts.emplace_back([&] {
      most = std::max(most, ++open);
      return std::make_unique<CountedLog>(3, [&] { --open; });
    });
  }
  Survey survey(std::move(parts));
  EXPECT_EQ(numbers(survey).size(), 15U);
  survey.seek(4);
  EXPECT_EQ(numbers(survey).size(), 11U);
  EXPECT_EQ(most, 1);
}

TEST(Survey, ALogThatIsGoneIsPassedOverAndCounted) {
  auto parts = counted_parts({2, 2, 2});
  parts[1] = []() -> std::unique_ptr<Log> { throw InputError("gone.xtf: No such file or directory"); };
  Survey survey(std::move(parts));
  EXPECT_THAT(numbers(survey), testing::ElementsAre(0, 1, 2, 3));
  ASSERT_EQ(survey.faults().size(), 1U);
  EXPECT_EQ(survey.faults()[0].kind, "log_unreadable");
}

TEST(Survey, FaultsOfAllLogsAreAddedUpByKindAndReadingAgainAddsNone) {
  std::vector<Survey::Open> parts;
  for (int i = 0; i < 2; ++i) {
    parts.emplace_back([] {
      auto part = std::make_unique<CountedLog>(1);
      part->add_fault({.kind = "bad_magic", .count = 3, .first_at = 64});
      return part;
    });
  }
  Survey survey(std::move(parts));
  for (int pass = 0; pass < 2; ++pass) {
    survey.seek(0);
    EXPECT_EQ(numbers(survey).size(), 2U);
    ASSERT_EQ(survey.faults().size(), 1U);
    EXPECT_EQ(survey.faults()[0].count, 6U);
  }
}

}  // namespace
}  // namespace towfish::source
