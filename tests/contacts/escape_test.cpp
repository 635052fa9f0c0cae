#include "pipeline/contacts/escape.hpp"

#include <gtest/gtest.h>

namespace towfish::escape {
namespace {

const std::string kMark = "\xEF\xBF\xBD";

TEST(Escape, ControlCharactersAndBrokenUtf8BecomeReplacementMarks) {
  EXPECT_EQ(plain("\x1b[31mred\x07"), kMark + "[31mred" + kMark);
  EXPECT_EQ(plain("a\nb\x7f"), "a" + kMark + "b" + kMark);
  EXPECT_EQ(plain("\xC2\x9b"
                  "x"),
            kMark + "x")
      << "C1 control sequence introducer";
  EXPECT_EQ(plain("\xC3\xA5land \xE2\x82\xAC \xF0\x9F\x90\x9F"),
            "\xC3\xA5land \xE2\x82\xAC \xF0\x9F\x90\x9F");
  EXPECT_EQ(plain("\xE9t\xE9"), kMark + "t" + kMark) << "Latin-1";
  EXPECT_EQ(plain("\xC0\xAF"), kMark + kMark) << "overlong";
  EXPECT_EQ(plain("\xED\xA0\x80"), kMark + kMark + kMark) << "surrogate";
}

TEST(Escape, CsvQuotesAndDisarmsFormulas) {
  EXPECT_EQ(csv("plain.xtf"), "plain.xtf");
  EXPECT_EQ(csv("a,\"b\""), "\"a,\"\"b\"\"\"");
  EXPECT_EQ(csv("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
  for (const char* formula : {"+1", "-1", "@x"}) EXPECT_EQ(csv(formula), "\"'" + std::string(formula) + "\"");
}

TEST(Escape, MarkupCannotBreakOutOfTextOrAttributes) {
  EXPECT_EQ(markup("<script>\"&'"), "&lt;script&gt;&quot;&amp;&#39;");
}

}  // namespace
}  // namespace towfish::escape
