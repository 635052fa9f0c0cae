#include "pipeline/contacts/csv.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "tests/contacts/sample_store.hpp"

namespace towfish {
namespace {

TEST(Csv, HasTheColumnsOfTheFormatAndEmptyFieldsForTheUnknown) {
  SampleStore sample;
  std::ostringstream out;
  write_csv(sample.store(), out);
  EXPECT_EQ(
      out.str(),
      "contact_id,time_utc,latitude_deg,longitude_deg,position_error_m,class,confidence,side,slant_range_m,"
      "ground_range_m,altitude_m,heading_deg,length_m,width_m,height_m,shadow_length_m,frequency_khz,"
      "source_file,ping,sample\n"
      "1,2013-07-25T14:03:09.250Z,58.0001000,11.0001000,2.50,MILCO,0.9877,port,31.50,29.87,10.00,12.0,1.50,"
      "0.40,0.35,1.25,600.0,\"harbour \"\"north\"\", <day 1>.xtf\",100,630\n"
      "2,2013-07-25T14:03:09.250Z,,,,MILEC,0.4000,starboard,31.50,29.87,10.00,,,,,1.25,,"
      "\"harbour \"\"north\"\", <day 1>.xtf\",300,630\n");
}

TEST(Csv, FileAppearsWholeAndNothingElseIsLeft) {
  SampleStore sample;
  const std::filesystem::path folder = sample.path().string() + ".d";
  std::filesystem::create_directory(folder);
  write_csv(sample.store(), folder / "contacts.csv");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_EQ(entry.path().filename(), "contacts.csv");
    ++files;
  }
  EXPECT_EQ(files, 1);
  std::filesystem::remove_all(folder);
}

TEST(Csv, FolderThatIsNoneIsNamed) {
  SampleStore sample;
  try {
    write_csv(sample.store(), sample.path() / "contacts.csv");
    FAIL();
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr((sample.path() / "contacts.csv").string()));
  }
}

}  // namespace
}  // namespace towfish
