#include "pipeline/contacts/kml.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/contacts/sample_store.hpp"

namespace towfish {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool there_is(const char* program) {
  return std::system((std::string("command -v ") + program + " > /dev/null").c_str()) == 0;
}

/// The schema of KML 2.2 (OGC 07-147r2), as Debian has it for the tests of another program.
constexpr const char* kSchema = "/usr/share/python3-mapproxy/test/schemas/kml/2.2.0/ogckml22.xsd";

void add_track(Store& store) {
  Survey survey;
  survey.track.push_back({0, {{58, 11}, {58.001, 11.001}}, 130});
  Store::Change change(store);
  change.put(survey);
  change.commit();
}

TEST(Kml, SchemaAndGdalAgreeWithIt) {
  if (!there_is("xmllint") || !there_is("ogrinfo") || !std::filesystem::exists(kSchema)) {
    GTEST_SKIP() << "xmllint (libxml2-utils), ogrinfo (gdal-bin) or " << kSchema
                 << " (python3-mapproxy) is not there";
  }
  SampleStore sample;
  add_track(sample.store());
  const std::string file = sample.path().string() + ".kml";
  write_kml(sample.store(), file);
  EXPECT_THAT(output_of(std::string("xmllint --noout --nonet --schema ") + kSchema + " " + file + " 2>&1"),
              HasSubstr("validates"));
  const std::string said = output_of("ogrinfo -ro -al " + file + " 2>&1");
  EXPECT_THAT(said, HasSubstr("POINT (11.0001 58.0001)"));
  EXPECT_THAT(said, HasSubstr("LINESTRING (11"));
  EXPECT_THAT(said, Not(HasSubstr("ERROR")));
  std::filesystem::remove(file);
}

TEST(Kml, TextFromOutsideIsEscaped) {
  SampleStore sample;
  std::ostringstream out;
  write_kml(sample.store(), out);
  EXPECT_THAT(out.str(), HasSubstr("harbour &quot;north&quot;, &lt;day 1&gt;.xtf"));
  EXPECT_THAT(out.str(), Not(HasSubstr("<day 1>")));
}

TEST(Kmz, HoldsTheDocumentAndTheChips) {
  if (!there_is("python3")) GTEST_SKIP() << "python3 is not there to unpack it";
  SampleStore sample;
  const std::string file = sample.path().string() + ".kmz";
  write_kmz(sample.store(), file);
  const std::string said = output_of("python3 -c \"import zipfile; z = zipfile.ZipFile('" + file +
                                     "'); print(z.testzip(), z.namelist(), z.read('chips/1.png')[1:4], "
                                     "b'chips/1.png' in z.read('doc.kml'))\" 2>&1");
  EXPECT_EQ(said, "None ['doc.kml', 'chips/1.png'] b'PNG' True\n");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace towfish
