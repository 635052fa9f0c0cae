#include "pipeline/contacts/report.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "pipeline/sonar/error.hpp"
#include "tests/contacts/sample_store.hpp"

namespace towfish {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string report_of(Store& store) {
  std::ostringstream out;
  write_report(store, {}, out);
  return out.str();
}

TEST(Report, HoldsMapChipsFiguresAndNothingFromOutside) {
  SampleStore sample;
  sample.store().set_fact("coverage", R"({"covered_m2": 12345.0})");
  sample.store().set_fact("latency_us", R"({"detect": {"p50": 12, "p99": 99}, "deadline_ms": 100})");
  const std::string html = report_of(sample.store());
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, HasSubstr("MILCO 1"));
  EXPECT_THAT(html, HasSubstr("data:image/png;base64,iVBOR"));
  EXPECT_THAT(html, HasSubstr("12345.0"));
  EXPECT_THAT(html, HasSubstr("<th>p99</th>"));
  EXPECT_THAT(html, Not(HasSubstr("http")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST(Report, TextFromOutsideIsEscaped) {
  SampleStore sample;
  sample.store().set_source(0, "<img src=x onerror=alert(1)>.xtf");
  sample.store().set_fact("coverage", R"({"<b>": "<i>"})");
  const std::string html = report_of(sample.store());
  EXPECT_THAT(html, HasSubstr("&lt;img src=x onerror=alert(1)&gt;.xtf"));
  EXPECT_THAT(html, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(html, Not(HasSubstr("<i>")));
}

TEST(Report, FactsThatAreNoJsonAreLeftOut) {
  SampleStore sample;
  sample.store().set_fact("coverage", "not { json");
  sample.store().set_fact("latency_us", "[1,2]");
  EXPECT_THAT(report_of(sample.store()), HasSubstr("</html>"));
}

TEST(Report, ParsesAsHtml) {
  if (std::system("command -v xmllint > /dev/null") != 0)
    GTEST_SKIP() << "xmllint (libxml2-utils) is not there";
  SampleStore sample;
  const std::string file = sample.path().string() + ".html";
  write_report(sample.store(), {}, std::filesystem::path(file));
  // libxml2 knows HTML 4: it takes SVG elements for unknown tags, and says nothing else.
  const std::string said =
      output_of("xmllint --html --noout " + file + " 2>&1 | grep error | grep -v 'Tag [a-z]* invalid'");
  std::filesystem::remove(file);
  EXPECT_EQ(said, "");
}

// What the page writes to the browser's console, its layout faults and whether it was drawn at all.
TEST(Report, OpensInHeadlessChromiumWithoutAWord) {
  if (std::system("command -v chromium > /dev/null") != 0)
    GTEST_SKIP() << "chromium is not there to open the report";
  SampleStore sample;
  sample.store().set_fact("latency_us", R"({"detect": {"p50": 12}, "worst": {"frames": [1, 2, 3]}})");
  const std::string base = sample.path().string();
  write_report(sample.store(), {}, std::filesystem::path(base + ".html"));
  const std::string said = output_of(
      "timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-background-networking "
      "--user-data-dir=" +
      base + ".profile --enable-logging=stderr --window-size=1000,1400 --screenshot=" + base +
      ".png file://" + base + ".html 2>&1");
  EXPECT_THAT(said, HasSubstr("bytes written to file")) << said;
  EXPECT_THAT(said, Not(HasSubstr("CONSOLE"))) << said;
  EXPECT_GT(contents_of(base + ".png").size(), 20'000U) << "more than an empty page";
  for (const char* ending : {".html", ".png", ".profile"}) std::filesystem::remove_all(base + ending);
}

TEST(Report, ListOfTheWorstFramesIsNoStage) {
  SampleStore sample;
  sample.store().set_fact("latency_us", R"({"detect": {"p50": 12}, "worst": {"frames": [1, 2, 3]}})");
  const std::string html = report_of(sample.store());
  EXPECT_THAT(html, HasSubstr("<td>detect</td>"));
  EXPECT_THAT(html, Not(HasSubstr("<td>worst</td>")));
}

TEST(Report, WaterfallThatIsNoPictureIsNamed) {
  SampleStore sample;
  std::ostringstream out;
  const std::vector<std::filesystem::path> missing{sample.path() / "waterfall.png"};
  EXPECT_THROW(write_report(sample.store(), missing, out), InputError);
}

}  // namespace
}  // namespace towfish
