#include "pipeline/batch/delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace towfish::batch {
namespace {

Answer some_answer(std::uint64_t index = 3) {
  Answer answer{.log = 7, .index = index, .kind = Answer::Kind::done, .version = 99};
  answer.result.pings = 512;
  answer.result.faults = {{"truncated_tail", 2, 4711}};
  answer.chunks = {1, 0xFFFFFFFFFFFFFFFF};
  return answer;
}

std::string some_reports(std::size_t bytes) {
  std::string reports(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) reports[i] = static_cast<char>(i * 31 >> 3);
  return reports;
}

bool wanted(const Answer&) {
  return true;
}

TEST(Delivery, PartsInAnyOrderAndTwiceMakeTheWhole) {
  const std::string reports = some_reports(700'001);
  auto parts = to_parts(some_answer(), "worker-1", reports);
  ASSERT_EQ(parts.size(), 3U);
  std::ranges::reverse(parts);
  PartCollector collector;
  EXPECT_FALSE(collector.add(parts[0], wanted));
  EXPECT_FALSE(collector.add(parts[0], wanted));
  EXPECT_FALSE(collector.add(parts[1], wanted));
  const auto whole = collector.add(parts[2], wanted);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->reports == reports);
  EXPECT_EQ(to_text(whole->answer), to_text(some_answer()));
  EXPECT_EQ(collector.incomplete(), 0U);
}

TEST(Delivery, TwoAttemptsAtOneJobAreNotMixed) {
  const auto first = to_parts(some_answer(), "worker-1", some_reports(300'000));
  const auto second = to_parts(some_answer(), "worker-2", std::string(300'000, 'x'));
  PartCollector collector;
  EXPECT_FALSE(collector.add(first[0], wanted));
  EXPECT_FALSE(collector.add(second[1], wanted));
  const auto whole = collector.add(second[0], wanted);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->reports == std::string(300'000, 'x'));
  EXPECT_EQ(collector.incomplete(), 0U);
}

TEST(Delivery, PartsThatNobodyWaitsForAreNotKept) {
  const auto parts = to_parts(some_answer(), "worker-1", some_reports(300'000));
  PartCollector collector;
  EXPECT_FALSE(collector.add(parts[0], [](const Answer& answer) { return answer.version != 99; }));
  EXPECT_EQ(collector.incomplete(), 0U);
}

TEST(Delivery, AnAnswerWithoutReportsIsOnePart) {
  const auto parts = to_parts(some_answer(), "w", "");
  ASSERT_EQ(parts.size(), 1U);
  const auto whole = PartCollector().add(parts[0], wanted);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->reports.empty());
}

TEST(Delivery, WhatIsNoPartIsRefused) {
  const std::string answer = to_text(some_answer());
  for (const std::string& text :
       {std::string(), std::string("\n\n"), std::string("{}"), std::string("[1,2]\nabc"),
        std::string(R"({"attempt":"a","part":0,"parts":1,"answer":"no answer"})"),
        std::string(R"({"attempt":"a","part":5,"parts":1,"answer":"{}"})"), answer}) {
    EXPECT_THROW(PartCollector().add(text, wanted), MessageError) << text;
  }
  auto parts = to_parts(some_answer(), "w", "");
  const auto lie = parts[0].find("\"part\":0");
  ASSERT_NE(lie, std::string::npos);
  EXPECT_THROW(PartCollector().add(parts[0].replace(lie, 8, "\"part\":9"), wanted), MessageError);
}

TEST(Messages, JobsAndAnswersComeBackAndNonsenseIsRefused) {
  const Job job{.run = 0xFFFFFFFFFFFFFFFF,
                .log = 5,
                .index = 2,
                .version = -1,
                .path = "/logs/a \"b\".xtf",
                .stretch = {512, kToTheEnd},
                .reports = "/out/5-2.reports",
                .chunks_first = 1,
                .chunks_end = 4,
                .place = "512 4000000"};
  EXPECT_EQ(to_text(job_from(to_text(job))), to_text(job));
  EXPECT_EQ(job_from(to_text(job)).stretch, job.stretch);
  EXPECT_EQ(to_text(answer_from(to_text(some_answer()))), to_text(some_answer()));
  for (const char* text : {"", "{}", "null", R"({"kind":"dance"})", R"({"kind":"scan","log":"x"})"}) {
    EXPECT_THROW(job_from(text), MessageError) << text;
    EXPECT_THROW(answer_from(text), MessageError) << text;
  }
}

TEST(Messages, AnswersOfLedgersBeforePlacesWereKnownAreRead) {
  std::string old = to_text(some_answer());
  for (const std::string& added :
       {std::string(R"("place":"",)"), std::string(R"("place_ping":0,)"), std::string(R"("run":0,)")}) {
    ASSERT_NE(old.find(added), std::string::npos) << old;
    old.erase(old.find(added), added.size());
  }
  EXPECT_EQ(to_text(answer_from(old)), to_text(some_answer()));
}

}  // namespace
}  // namespace towfish::batch
