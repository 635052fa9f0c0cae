#include "pipeline/source/excerpt.hpp"

#include <gmock/gmock.h>

#include "pipeline/logs/log_summary.hpp"
#include "pipeline/sonar/error.hpp"
#include "tests/source/counted_log.hpp"

namespace towfish::source {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

Excerpt excerpt_of(std::initializer_list<std::uint64_t> lengths, const Wanted& wanted) {
  return Excerpt(std::make_unique<Survey>(counted_parts(lengths)), wanted);
}

std::vector<std::uint64_t> numbers(Excerpt& excerpt, std::size_t most = 1000) {
  std::vector<std::uint64_t> all;
  for (const PingPair* pair = nullptr; all.size() < most && (pair = excerpt.next()) != nullptr;)
    all.push_back(pair->ping.number);
  return all;
}

/// The time of a part's ping, as people write it.
std::string time_of(std::uint64_t ping) {
  return iso_time(CountedSource::kStart_ns + static_cast<std::int64_t>(ping) * CountedSource::kInterval_ns);
}

TEST(Excerpt, WithoutLimitsIsTheWholeSurvey) {
  Excerpt excerpt = excerpt_of({2, 3}, {});
  EXPECT_THAT(numbers(excerpt), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(excerpt.first_ping(), 0U);
}

TEST(Excerpt, PingsBoundItAcrossLogs) {
  Excerpt excerpt = excerpt_of({3, 3, 3}, {.from = "2", .to = "7"});
  EXPECT_EQ(excerpt.first_ping(), 2U);
  EXPECT_THAT(numbers(excerpt), ElementsAre(2, 3, 4, 5, 6));
  excerpt.seek(5);
  EXPECT_THAT(numbers(excerpt), ElementsAre(5, 6));
  excerpt.seek(0);
  EXPECT_THAT(numbers(excerpt), ElementsAre(2, 3, 4, 5, 6));
}

TEST(Excerpt, TimesBoundIt) {
  Excerpt excerpt = excerpt_of({9}, {.from = time_of(3), .to = time_of(6)});
  EXPECT_THAT(numbers(excerpt), ElementsAre(3, 4, 5));
}

TEST(Excerpt, AnEndBeyondTheSurveyIsItsEnd) {
  Excerpt by_ping = excerpt_of({3}, {.to = "9"});
  EXPECT_EQ(numbers(by_ping).size(), 3U);
  Excerpt by_time = excerpt_of({3}, {.to = "2100-01-01T00:00:00Z"});
  EXPECT_EQ(numbers(by_time).size(), 3U);
}

TEST(Excerpt, AStartBeyondTheSurveyIsRefused) {
  for (const char* from : {"5", "2100-01-01T00:00:00Z"}) {
    EXPECT_THAT(
        [&] {
          excerpt_of({2, 3}, {.from = from});
        },
        ThrowsMessage<UsageError>(testing::AllOf(HasSubstr(from), HasSubstr("ends before it"))));
  }
}

TEST(Excerpt, AnEndBeforeItsFirstPingIsRefused) {
  EXPECT_THROW(excerpt_of({9}, {.to = "2000-01-01T00:00:00Z"}), UsageError);
  EXPECT_THROW(excerpt_of({9}, {.from = time_of(5), .to = "5"}), UsageError);
  EXPECT_THROW(excerpt_of({9}, {.from = "5", .to = time_of(5)}), UsageError);
  Excerpt one = excerpt_of({9}, {.from = time_of(5), .to = "6"});
  EXPECT_THAT(numbers(one), ElementsAre(5));
}

TEST(Excerpt, LimitsThatMeanNothingAreRefused) {
  EXPECT_THAT([] { check({.from = "noon"}); }, ThrowsMessage<UsageError>(HasSubstr("--from 'noon'")));
  EXPECT_THAT([] { check({.to = "-3"}); }, ThrowsMessage<UsageError>(HasSubstr("--to '-3'")));
  EXPECT_THROW(check({.from = "7", .to = "7"}), UsageError);
  EXPECT_THROW(check({.from = time_of(500), .to = time_of(100)}), UsageError);
  EXPECT_NO_THROW(check({.from = "7", .to = time_of(0)}));
}

TEST(Excerpt, ALoopGoesOnInNumbersAndTimesAndGivesTheSameSamples) {
  Excerpt excerpt = excerpt_of({3, 3}, {.from = "1", .to = "5", .loop = true});
  std::vector<std::uint16_t> row(8);
  std::int64_t start_ns = 0;
  for (std::uint64_t i = 0; i < 19; ++i) {
    const PingPair* pair = excerpt.next();
    ASSERT_NE(pair, nullptr);
    EXPECT_EQ(pair->ping.number, 1 + i);
    excerpt.read_trace(Side::port, row);
    const std::uint64_t of_part = (1 + i % 4) % 3;  // pings 1, 2 of the first log and 0, 1 of the second
    EXPECT_EQ(row[2], CountedSource::sample(of_part, Side::port, 2));
    if (i == 0) start_ns = pair->ping.time_utc_ns;
    if (i % 4 != 0) continue;
    // From ping 1 to the latest, ping 2 of the first log, and one interval: two milliseconds a lap.
    EXPECT_EQ(pair->ping.time_utc_ns - start_ns, static_cast<std::int64_t>(i / 4) * 2'000'000);
    if (i > 0) {
      EXPECT_FLOAT_EQ(pair->ping.interval_s, 1e-3F);
    }
  }
}

TEST(Excerpt, AnyPingOfALoopIsTheSameAfterSeekingWithoutHavingReadTheFirstLap) {
  Excerpt one_pass = excerpt_of({2, 3}, {.loop = true});
  std::vector<Ping> pings;
  for (int i = 0; i < 17; ++i) pings.push_back(one_pass.next()->ping);
  for (const std::uint64_t number : {16U, 0U, 4U, 5U, 11U}) {
    Excerpt fresh = excerpt_of({2, 3}, {.loop = true});
    for (Excerpt* excerpt : {&one_pass, &fresh}) {
      excerpt->seek(number);
      const Ping ping = excerpt->next()->ping;
      EXPECT_EQ(ping.number, number);
      EXPECT_EQ(ping.time_utc_ns, pings[number].time_utc_ns) << number;
    }
    EXPECT_EQ(numbers(fresh, 20).front(), number + 1);
  }
}

TEST(Excerpt, ALoopOverNothingEnds) {
  Excerpt excerpt = excerpt_of({0, 0}, {.loop = true});
  EXPECT_EQ(excerpt.next(), nullptr);
}

}  // namespace
}  // namespace towfish::source
