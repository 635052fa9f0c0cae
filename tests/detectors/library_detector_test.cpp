#include "detectors/plugin/library_detector.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "pipeline/sonar/error.hpp"
#include "tests/detectors/test_scene.hpp"

namespace towfish {
namespace {

using testing::HasSubstr;

ConfiguredPath library(const std::string& file) {
  return {std::string(TOWFISH_TEST_PLUGINS) + "/" + file, "mine.yaml:3: key 'library.path'"};
}

std::string refusal(const ConfiguredPath& path, const std::string& settings = "") {
  try {
    LibraryDetector(path, settings, Side::port);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "not refused";
}

std::string failure(const std::string& settings) {
  const TestScene scene(200);
  LibraryDetector detector(library("bad_detector.so"), settings, Side::port);
  try {
    detect(detector, scene, 0, scene.size(), 16);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no failure";
}

TEST(LibraryDetector, WhatItReportsComesWithPlaceAndTimeFilledIn) {
  const TestScene scene(210);
  LibraryDetector detector(library("bad_detector.so"), "", Side::starboard);
  EXPECT_EQ(detector.memory_pings(), 20U);
  const auto found = detect(detector, scene, 0, scene.size(), 16);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[1].ping, 99U);
  EXPECT_EQ(found[1].at.number, 99U);
  EXPECT_EQ(found[1].side, Side::starboard);
  EXPECT_EQ(found[1].contact_class, ContactClass::milco);
  EXPECT_FLOAT_EQ(found[1].slant_range_m, 198.0F * 0.08F);
  EXPECT_FLOAT_EQ(found[1].llr, 2.0F);
  EXPECT_TRUE(std::isnan(found[1].width_m));
}

TEST(LibraryDetector, LongFramesAndJumpsOfThePingNumberReachItInOrder) {
  TestScene scene(2400);
  for (std::size_t i = 300; i < 2400; ++i) scene.pings()[i].number += 1000;
  LibraryDetector detector(library("bad_detector.so"), "", Side::port);
  const auto found = detect(detector, scene, 0, scene.size(), 2400);
  ASSERT_EQ(found.size(), 48U);
  EXPECT_EQ(found[5].ping, 299U);
  EXPECT_EQ(found[6].ping, 1349U);
}

TEST(LibraryDetector, AThrowingDetectorIsAnErrorThatNamesLibraryAndPing) {
  EXPECT_THAT(failure("throw 100"),
              AllOf(HasSubstr("bad_detector.so"), HasSubstr("as I was told"), HasSubstr("112")));
  EXPECT_THAT(failure("throw_number 100"), HasSubstr("an exception"));
  EXPECT_EQ(failure("throw 1000"), "no failure");
}

TEST(LibraryDetector, WhatCannotBeIsNotPassedOn) {
  EXPECT_THAT(failure("lie 100"), HasSubstr("4000000"));
  EXPECT_THAT(failure("nan 100"), HasSubstr("nan"));
  EXPECT_THAT(failure("ahead 100"), HasSubstr("5100"));
}

TEST(LibraryDetector, LibrariesThatDoNotServeAreRefusedNamingWhereTheyAreConfigured) {
  const auto text = std::filesystem::path(testing::TempDir()) / "text.so";
  std::ofstream(text) << "no library\n";
  const struct {
    ConfiguredPath path;
    const char* settings;
    const char* found;
  } cases[] = {{library("gone.so"), "", "no such file"},
               {library(""), "", "no such file"},
               {{text.string(), "mine.yaml:3: key 'library.path'"}, "", "text.so"},
               {library("no_factory.so"), "", "no function towfish_detector"},
               {library("other_version.so"), "", "version 99, wanted version 1"},
               {library("none_of_this_version.so"), "", "none of version 1"},
               {library("bad_detector.so"), "refuse", "not today"},
               {library("bad_detector.so"), "throw", "throws"}};
  for (const auto& one : cases) {
    EXPECT_THAT(refusal(one.path, one.settings),
                AllOf(HasSubstr("mine.yaml:3: key 'library.path'"), HasSubstr(one.found)));
  }
}

}  // namespace
}  // namespace towfish
