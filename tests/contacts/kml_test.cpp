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

/// The part of the KML 2.2 schema (OGC 07-147r2) that this project writes, elements in the order it wants
/// them.
constexpr const char* kSchema = R"(<?xml version="1.0"?>
<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:k="http://www.opengis.net/kml/2.2"
  targetNamespace="http://www.opengis.net/kml/2.2" elementFormDefault="qualified">
<simpleType name="coords"><restriction base="string">
  <pattern value="\s*(-?\d{1,3}(\.\d+)?,-?\d{1,2}(\.\d+)?\s*)*"/></restriction></simpleType>
<simpleType name="colour"><restriction base="hexBinary"><length value="4"/></restriction></simpleType>
<complexType name="colourStyle"><sequence><element name="color" type="k:colour" minOccurs="0"/>
  <element name="scale" type="double" minOccurs="0"/><element name="width" type="double" minOccurs="0"/>
</sequence></complexType>
<complexType name="placemark"><sequence>
  <element name="name" type="string" minOccurs="0"/><element name="description" type="string" minOccurs="0"/>
  <element name="TimeStamp" minOccurs="0"><complexType><sequence><element name="when" type="dateTime"/></sequence>
    </complexType></element>
  <element name="styleUrl" type="anyURI" minOccurs="0"/>
  <element name="ExtendedData" minOccurs="0"><complexType><sequence><element name="Data" maxOccurs="unbounded">
    <complexType><sequence><element name="value" type="string"/></sequence><attribute name="name" type="string"
    use="required"/></complexType></element></sequence></complexType></element>
  <choice><element name="Point"><complexType><sequence><element name="coordinates" type="k:coords"/></sequence>
    </complexType></element>
  <element name="LineString"><complexType><sequence><element name="tessellate" type="boolean" minOccurs="0"/>
    <element name="coordinates" type="k:coords"/></sequence></complexType></element></choice>
</sequence><attribute name="id" type="ID"/></complexType>
<element name="kml"><complexType><sequence><element name="Document"><complexType><sequence>
  <element name="name" type="string"/>
  <element name="Style" minOccurs="0" maxOccurs="unbounded"><complexType><choice>
    <element name="IconStyle" type="k:colourStyle"/><element name="LineStyle" type="k:colourStyle"/></choice>
    <attribute name="id" type="ID"/></complexType></element>
  <element name="Folder" maxOccurs="unbounded"><complexType><sequence><element name="name" type="string"/>
    <element name="Placemark" type="k:placemark" minOccurs="0" maxOccurs="unbounded"/></sequence></complexType></element>
</sequence></complexType></element></sequence></complexType></element>
</schema>)";

void add_track(Store& store) {
  Survey survey;
  survey.track.push_back({0, {{58, 11}, {58.001, 11.001}}, 130});
  Store::Change change(store);
  change.put(survey);
  change.commit();
}

TEST(Kml, SchemaAndGdalAgreeWithIt) {
  if (!there_is("xmllint") || !there_is("ogrinfo")) {
    GTEST_SKIP() << "xmllint (libxml2-utils) or ogrinfo (gdal-bin) is not there";
  }
  SampleStore sample;
  add_track(sample.store());
  const std::string base = sample.path().string();
  write_kml(sample.store(), base + ".kml");
  std::ofstream(base + ".xsd") << kSchema;
  EXPECT_THAT(output_of("xmllint --noout --schema " + base + ".xsd " + base + ".kml 2>&1"),
              HasSubstr("validates"));
  const std::string said = output_of("ogrinfo -ro -al " + base + ".kml 2>&1");
  EXPECT_THAT(said, HasSubstr("POINT (11.0001 58.0001)"));
  EXPECT_THAT(said, HasSubstr("LINESTRING (11"));
  EXPECT_THAT(said, Not(HasSubstr("ERROR")));
  for (const char* ending : {".kml", ".xsd"}) std::filesystem::remove(base + ending);
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
