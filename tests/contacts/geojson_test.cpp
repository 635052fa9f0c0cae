#include "pipeline/contacts/geojson.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/contacts/sample_store.hpp"

namespace towfish {
namespace {

TEST(Geojson, IsAFeatureCollectionWithNullForTheUnknown) {
  SampleStore sample;
  std::ostringstream out;
  write_geojson(sample.store(), out);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json["type"], "FeatureCollection");
  EXPECT_FALSE(json.contains("crs"));
  ASSERT_EQ(json["features"].size(), 2U);
  const auto& mine = json["features"][0];
  EXPECT_EQ(mine["geometry"]["coordinates"][0], 11.0001);
  EXPECT_EQ(mine["geometry"]["coordinates"][1], 58.0001);
  EXPECT_EQ(mine["properties"]["class"], "MILCO");
  EXPECT_EQ(mine["properties"]["source_file"], "harbour \"north\", <day 1>.xtf");
  EXPECT_TRUE(json["features"][1]["geometry"].is_null());
  EXPECT_TRUE(json["features"][1]["properties"]["heading_deg"].is_null());
}

TEST(Geojson, GdalReadsIt) {
  if (std::system("command -v ogrinfo > /dev/null") != 0)
    GTEST_SKIP() << "ogrinfo (package gdal-bin) is not there";
  SampleStore sample;
  const std::filesystem::path file = sample.path().string() + ".geojson";
  write_geojson(sample.store(), file);
  const std::string said = output_of("ogrinfo -ro -al " + file.string() + " 2>&1");
  std::filesystem::remove(file);
  EXPECT_THAT(said, ::testing::HasSubstr("Feature Count: 2"));
  EXPECT_THAT(said, ::testing::HasSubstr("POINT (11.0001 58.0001)"));
  EXPECT_THAT(said, ::testing::Not(::testing::HasSubstr("ERROR")));
}

}  // namespace
}  // namespace towfish
