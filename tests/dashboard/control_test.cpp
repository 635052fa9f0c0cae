#include "pipeline/dashboard/control.hpp"

#include <gtest/gtest.h>

#include "tests/process/test_session.hpp"

namespace towfish::dashboard {
namespace {

TEST(Wish, WhatAPageSendsIsUnderstood) {
  const auto speed = parse_wish(R"({"type":"speed","value":2.5})");
  ASSERT_TRUE(speed.wish) << speed.error;
  EXPECT_EQ(speed.wish->kind, Wish::Kind::speed);
  EXPECT_EQ(speed.wish->number, 2.5);

  const auto said = parse_wish(
      R"({"type":"review","contact":7,"detection":"18446744073709551615","verdict":"accepted","class":"MILCO",)"
      R"("comment":"a \u0007 cylinder","by":"Anna"})");
  ASSERT_TRUE(said.wish) << said.error;
  EXPECT_EQ(said.wish->review.contact, 7u);
  EXPECT_EQ(said.wish->review.detection, 18446744073709551615u);
  EXPECT_EQ(said.wish->review.verdict, Review::Verdict::accepted);
  EXPECT_EQ(said.wish->review.comment, "a \xEF\xBF\xBD cylinder");
}

struct BadMessage {
  const char* text;
  const char* why;
};

TEST(Wish, WhatIsMalformedOrOutOfRangeIsRefusedInWords) {
  const BadMessage messages[]{
      {"", "not a message"},
      {"[]", "not a message"},
      {"{\"type\":", "not a message"},
      {"\xff\xfe", "not a message"},
      {R"({"type":7})", "type"},
      {R"({"type":"format disk"})", "type"},
      {R"({"type":"speed"})", "value"},
      {R"({"type":"speed","value":-1})", "value"},
      {R"({"type":"speed","value":1e300})", "value"},
      {R"({"type":"seek","value":"5"})", "value"},
      {R"({"type":"review","contact":1,"detection":"x","verdict":"open","by":"A"})", "detection"},
      {R"({"type":"review","contact":1,"detection":"1","verdict":"maybe","by":"A"})", "verdict"},
      {R"({"type":"review","contact":1,"detection":"1","verdict":"open","class":"WRECK","by":"A"})", "class"},
      {R"({"type":"review","contact":1,"detection":"1","verdict":"open","by":""})", "by"},
  };
  for (const BadMessage& message : messages) {
    const auto parsed = parse_wish(message.text);
    EXPECT_FALSE(parsed.wish) << message.text;
    EXPECT_NE(parsed.error.find(message.why), std::string::npos) << message.text << ": " << parsed.error;
  }
  EXPECT_FALSE(parse_wish(std::string(8000, '[')).wish);
  EXPECT_FALSE(
      parse_wish(R"({"type":"review","contact":1,"detection":"1","verdict":"open","by":"A","comment":")" +
                 std::string(Review::kMostComment + 1, 'x') + "\"}")
          .wish);
}

TEST(Grant, TheSourceFindsWhatWasAskedFor) {
  process::TestSession session;
  const shm::SourceControl& control = session->block().control;
  grant({.kind = Wish::Kind::step, .token = {}, .number = 0, .review = {}}, *session);
  EXPECT_EQ(control.paused.load(), 1u);
  EXPECT_EQ(control.steps.load(), 1u);
  grant({.kind = Wish::Kind::seek, .token = {}, .number = 77, .review = {}}, *session);
  EXPECT_EQ(control.seeks.load(), 1u);
  EXPECT_EQ(control.seek_ping.load(), 77u);
  grant({.kind = Wish::Kind::resume, .token = {}, .number = 0, .review = {}}, *session);
  EXPECT_EQ(control.paused.load(), 0u);
}

TEST(Grant, ARecordingIsAskedForOnceUntilItIsEnded) {
  process::TestSession session;
  const shm::SourceControl& control = session->block().control;
  grant({.kind = Wish::Kind::record, .token = {}, .number = 0, .review = {}}, *session);
  const std::int64_t asked_ns = control.record_utc_ns.load();
  EXPECT_NE(asked_ns, 0);
  grant({.kind = Wish::Kind::record, .token = {}, .number = 0, .review = {}}, *session);
  EXPECT_EQ(control.record_utc_ns.load(), asked_ns);
  grant({.kind = Wish::Kind::end_recording, .token = {}, .number = 0, .review = {}}, *session);
  EXPECT_EQ(control.record_utc_ns.load(), 0);
}

}  // namespace
}  // namespace towfish::dashboard
