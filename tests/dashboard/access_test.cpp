#include "pipeline/dashboard/access.hpp"

#include <gtest/gtest.h>

namespace towfish::dashboard {
namespace {

TEST(Access, OnlyThisMachinesNamesAreHosts) {
  const Access access("127.0.0.1", 8000, "secret");
  for (const char* good : {"127.0.0.1:8000", "localhost:8000", "[::1]:8000"})
    EXPECT_TRUE(access.is_host(good));
  for (const char* bad : {"", "127.0.0.1", "127.0.0.1:8001", "evil.example:8000",
                          "localhost.evil.example:8000", "127.0.0.1:8000@evil.example", "10.0.0.1:8000"}) {
    EXPECT_FALSE(access.is_host(bad)) << bad;
  }
}

TEST(Access, ReachableFromOutsideItTakesNumbersButNoNames) {
  const Access access("0.0.0.0", 8000, "secret");
  for (const char* good : {"192.168.1.7:8000", "[fe80::1]:8000"}) EXPECT_TRUE(access.is_host(good));
  for (const char* bad : {"evil.example:8000", "face.bed:8000", ":8000", "cafe:8000"}) {
    EXPECT_FALSE(access.is_host(bad)) << bad;
  }
  EXPECT_TRUE(access.wants_token_to_look());
  EXPECT_FALSE(Access("127.0.0.1", 8000, "secret").wants_token_to_look());
}

TEST(Access, AnotherSitesPageIsNoOrigin) {
  const Access access("127.0.0.1", 8000, "secret");
  EXPECT_TRUE(access.is_origin("", "127.0.0.1:8000"));
  EXPECT_TRUE(access.is_origin("http://127.0.0.1:8000", "127.0.0.1:8000"));
  for (const char* bad : {"null", "http://evil.example", "http://127.0.0.1:8001", "https://127.0.0.1:8000"}) {
    EXPECT_FALSE(access.is_origin(bad, "127.0.0.1:8000")) << bad;
  }
  EXPECT_FALSE(access.is_origin("http://evil.example:8000", "evil.example:8000"));
}

TEST(Access, OnlyTheWholeTokenIsTheToken) {
  const Access access("127.0.0.1", 8000, "secret");
  EXPECT_TRUE(access.is_token("secret"));
  for (const char* bad : {"", "secre", "secrets", "Secret"}) EXPECT_FALSE(access.is_token(bad)) << bad;
  EXPECT_FALSE(Access("127.0.0.1", 8000, "").is_token(""));
}

}  // namespace
}  // namespace towfish::dashboard
