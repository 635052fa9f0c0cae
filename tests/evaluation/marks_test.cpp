#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "pipeline/evaluation/trial.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::evaluation {
namespace {

using testing::HasSubstr;

std::vector<Mark> marks_of(const std::string& text) {
  const auto file = std::filesystem::path(testing::TempDir()) / "marks.csv";
  std::ofstream(file) << text;
  return read_marks(file);
}

std::string refusal(const std::string& text) {
  try {
    marks_of(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "not refused";
}

TEST(Marks, ALogsNameMayHoldACommaAndQuotes) {
  const auto marks =
      marks_of("class,side,source_file,ping,sample\nMILCO,port,\"line \"\"1\"\", north.xtf\",242,610\n");
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks[0].source_file, "line \"1\", north.xtf");
  EXPECT_EQ(marks[0].sample, 610U);
}

TEST(Marks, MarkedByEyeWithOrWithoutAHeader) {
  const std::string rows = "clear,port,242,610,,\nwreck,starboard,165,137,370,560\n";
  for (const std::string& text : {rows, "# by eye\nkind,side,ping,sample,last_ping,last_sample\n" + rows}) {
    const auto marks = marks_of(text);
    ASSERT_EQ(marks.size(), 2U);
    EXPECT_EQ(marks[0].kind, "clear");
    EXPECT_EQ(marks[0].side, Side::port);
    EXPECT_EQ(marks[0].last_ping, 242U);
    EXPECT_EQ(marks[1].sample, 137U);
    EXPECT_EQ(marks[1].last_ping, 370U);
    EXPECT_EQ(marks[1].last_sample, 560U);
  }
}

TEST(Marks, ATruthFileOfALiveRun) {
  const auto marks = marks_of(
      "truth_id,class,shape,latitude_deg,longitude_deg,side,ping,sample,length_m,width_m,height_m\n"
      "3,MILCO,cylinder,58.1,11.2,port,812,433,1.80,0.53,0.53\n4,NOMBO,rock,58.1,11.2,starboard,9,40,,,\n");
  ASSERT_EQ(marks.size(), 2U);
  EXPECT_EQ(marks[0].kind, "MILCO");
  EXPECT_EQ(marks[0].shape, "cylinder");
  EXPECT_EQ(marks[0].ping, 812U);
  EXPECT_NEAR(marks[0].size_m, 1.8, 1e-9);
  EXPECT_EQ(marks[1].size_m, 0);
}

TEST(Marks, ContactsWithoutAPlaceInTheLogAreLeftOut) {
  const auto marks = marks_of(
      "contact_id,class,confidence,side,length_m,ping,sample\n1,MILCO,0.9,port,1.2,50,60\n2,MILCO,0.9,port,,,"
      "\r\n");
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks[0].ping, 50U);
}

TEST(Marks, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_THAT(refusal("clear,left,1,2,,\n"), testing::AllOf(HasSubstr(":1: side: found 'left'")));
  EXPECT_THAT(refusal("# x\nclear,port,-1,2,,\n"), HasSubstr(":2: ping: found '-1'"));
  EXPECT_THAT(refusal("clear,port,1,99999999999,,\n"), HasSubstr("sample"));
  EXPECT_THAT(refusal("class,side,ping,sample,length_m\nMILCO,port,1,2,long\n"), HasSubstr(":2: length_m"));
  EXPECT_THAT(refusal("clear\n"), HasSubstr("side"));
  EXPECT_THAT(refusal("wreck,port,10,20,9,30\n"), HasSubstr(":1: an extent that ends before it begins"));
  EXPECT_THAT(refusal("wreck,port,10,20,30,19\n"), HasSubstr(":1: an extent that ends before it begins"));
  EXPECT_THROW(read_marks("/nowhere.csv"), InputError);
}

}  // namespace
}  // namespace towfish::evaluation
