#include "pipeline/contacts/nmea.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/contacts/sample_store.hpp"

namespace towfish {
namespace {

TEST(Nmea, LineHasDegreesMinutesAndChecksum) {
  Contact c;
  c.id = 7;
  c.position = {-33.5, 151.25};
  c.contact_class = ContactClass::nombo;
  c.confidence = 0.5F;
  c.length_m = 1.5F;
  EXPECT_EQ(nmea_line(c), "$EXWPT,7,3330.00000,S,15115.00000,E,NOMBO,0.500,,1.50,,*01\r\n");
}

TEST(Nmea, MinutesNeverReachSixty) {
  Contact c;
  c.position = {57.99999999999, -0.99999999999};
  EXPECT_NE(nmea_line(c).find("5800.00000,N,00100.00000,W"), std::string::npos);
}

TEST(Nmea, ContactsWithoutAPlaceAreLeftOut) {
  SampleStore sample;
  std::ostringstream out;
  write_nmea(sample.store(), out);
  EXPECT_EQ(std::ranges::count(out.str(), '\n'), 1);
}

}  // namespace
}  // namespace towfish
