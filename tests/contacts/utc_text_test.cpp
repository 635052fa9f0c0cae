#include "pipeline/contacts/utc_text.hpp"

#include <gtest/gtest.h>

#include "pipeline/sonar/ping.hpp"

namespace towfish {
namespace {

TEST(UtcText, IsIso8601WithMilliseconds) {
  EXPECT_EQ(utc_text(1'374'760'989'250'999'999), "2013-07-25T14:03:09.250Z");
  EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(utc_text(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(utc_text(kUnknownTime), "");
}

TEST(UtcText, ComesBack) {
  EXPECT_EQ(parse_utc("2013-07-25T14:03:09.250Z"), 1'374'760'989'250'000'000);
  EXPECT_EQ(parse_utc(""), kUnknownTime);
  EXPECT_EQ(parse_utc("2013-02-31T14:03:09.250Z"), kUnknownTime);
}

}  // namespace
}  // namespace towfish
