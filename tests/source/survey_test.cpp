#include "pipeline/source/survey.hpp"

#include <gmock/gmock.h>

#include "tests/source/counted_source.hpp"

namespace towfish::source {
namespace {

Survey survey_of(std::initializer_list<std::uint64_t> lengths) {
  std::vector<std::unique_ptr<PingSource>> parts;
  for (const std::uint64_t pings : lengths) parts.push_back(std::make_unique<CountedSource>(pings, 8));
  return Survey(std::move(parts));
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

TEST(Survey, FaultsOfAllLogsAreAddedUpByKind) {
  std::vector<std::unique_ptr<PingSource>> parts;
  for (int i = 0; i < 2; ++i) {
    auto part = std::make_unique<CountedSource>(1, 8);
    part->add_fault({.kind = "bad_magic", .count = 3, .first_at = 64});
    parts.push_back(std::move(part));
  }
  const Survey survey(std::move(parts));
  ASSERT_EQ(survey.faults().size(), 1U);
  EXPECT_EQ(survey.faults()[0].count, 6U);
}

}  // namespace
}  // namespace towfish::source
