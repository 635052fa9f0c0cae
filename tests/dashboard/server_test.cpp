#include "pipeline/dashboard/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/dashboard/raw_client.hpp"

namespace towfish::dashboard {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Every viewer gets large messages without end and counts how often it is asked for one.
class FloodSite final : public Site {
 public:
  static constexpr std::size_t kMessage = 200'000;

  std::function<Reply()> get(std::string_view path) override {
    if (path != "/" && path != "/data") return nullptr;
    return [] { return Reply{200, "text/plain", "", std::make_shared<std::string>("the body")}; };
  }
  std::unique_ptr<Viewer> open_viewer() override {
    struct FloodViewer final : Viewer {
      explicit FloodViewer(FloodSite& owner) : site(owner), number(owner.opened++) {}
      std::optional<Message> next() override {
        ++site.asked[number];
        return Message{true, site.message};
      }
      void received(std::string_view) override { ++site.heard; }
      FloodSite& site;
      std::size_t number;
    };
    return std::make_unique<FloodViewer>(*this);
  }
  void refresh(std::size_t viewers) override { viewers_now = viewers; }

  std::shared_ptr<const std::string> message = std::make_shared<std::string>(kMessage, 'x');
  std::atomic<std::size_t> opened{0};
  std::array<std::atomic<int>, 64> asked{};
  std::atomic<int> heard{0};
  std::atomic<std::size_t> viewers_now{0};
};

class ServerTest : public testing::Test {
 protected:
  explicit ServerTest(const std::string& address = "127.0.0.1")
      : server_({.address = address, .port = 0, .token = "secret", .most_clients = 3}, site_),
        thread_([this] { server_.run([this] { return go_on_.load(); }); }) {}
  ~ServerTest() override {
    go_on_ = false;
    thread_.join();
  }
  std::uint16_t port() const { return server_.port(); }

  FloodSite site_;
  Server server_;
  std::atomic<bool> go_on_{true};
  std::thread thread_;
};

TEST_F(ServerTest, FilesComeWithAStrictPolicy) {
  const std::string answer = RawClient(port()).get(port(), "/");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("default-src 'none'"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(answer, testing::EndsWith("the body"));
  EXPECT_THAT(RawClient(port()).get(port(), "/", "", "HEAD"), Not(HasSubstr("the body")));
}

TEST_F(ServerTest, OtherNamesOtherPagesAndOtherMethodsAreRefused) {
  EXPECT_THAT(RawClient(port()).get(80, "/"), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(RawClient(port()).get(port(), "/", "Origin: http://evil.example\r\n"),
              StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(RawClient(port()).get(port(), "/none"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(RawClient(port()).get(port(), "/../../etc/passwd"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(RawClient(port()).get(port(), "/", "", "DELETE"), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(RawClient(port()).upgrade(port(), "Origin: http://evil.example\r\n"),
              StartsWith("HTTP/1.1 403"));
}

TEST_F(ServerTest, GarbageAndEndlessHeadersEndTheConnectionAndNothingElse) {
  RawClient garbage(port());
  garbage.send(std::string("\0\1\2\r\n\r\nGET", 11));
  EXPECT_TRUE(garbage.is_closed());
  RawClient endless(port());
  endless.send("GET / HTTP/1.1\r\nX: " + std::string(20000, 'a'));
  EXPECT_TRUE(endless.is_closed());
  RawClient body(port());
  body.send(
      fmt::format("POST / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: 99999999999\r\n\r\n", port()));
  EXPECT_TRUE(body.is_closed());
  EXPECT_THAT(RawClient(port()).get(port(), "/data"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, TooLongATextOrTooManyCutThePageOff) {
  RawClient talker(port());
  talker.upgrade(port());
  talker.frame(1, std::string(Server::kMostReceived + 1, 'a'));
  EXPECT_TRUE(talker.is_closed());
  EXPECT_EQ(site_.heard, 0);

  RawClient chatterbox(port());
  chatterbox.upgrade(port());
  for (unsigned i = 0; i < 10 * Server::kMostPerSecond; ++i) {
    if (!chatterbox.frame(1, "{}")) break;
  }
  EXPECT_TRUE(chatterbox.is_closed());
  EXPECT_LE(site_.heard, 2 * static_cast<int>(Server::kMostPerSecond));
}

TEST_F(ServerTest, AFrameWithoutMaskOrOfAnUnknownKindCutsThePageOff) {
  RawClient unmasked(port());
  unmasked.upgrade(port());
  unmasked.send(std::string("\x81\x02hi", 4));
  EXPECT_TRUE(unmasked.is_closed());
  RawClient unknown(port());
  unknown.upgrade(port());
  unknown.frame(11, "x");
  EXPECT_TRUE(unknown.is_closed());
}

TEST_F(ServerTest, MorePagesThanAllowedAreTurnedAway) {
  RawClient first(port());
  RawClient second(port());
  RawClient third(port());
  for (RawClient* client : {&first, &second, &third}) {
    EXPECT_THAT(client->upgrade(port()), StartsWith("HTTP/1.1 101"));
  }
  RawClient fourth(port());
  EXPECT_THAT(fourth.upgrade(port()), StartsWith("HTTP/1.1 503"));
}

TEST_F(ServerTest, WhoDoesNotReadIsNotAskedAgainAndHoldsNobodyUp) {
  RawClient silent(port());
  silent.upgrade(port());
  RawClient reader(port());
  reader.upgrade(port());
  ASSERT_TRUE(reader.read(60 * FloodSite::kMessage));
  EXPECT_GE(site_.asked[1], 60);
  EXPECT_LT(site_.asked[0], 25) << "what fits into the sockets' buffers, no more";
}

class OpenServerTest : public ServerTest {
 protected:
  OpenServerTest() : ServerTest("0.0.0.0") {}
};

TEST_F(OpenServerTest, ReachableFromOutsideItShowsNothingWithoutTheToken) {
  EXPECT_THAT(RawClient(port()).get(port(), "/data"), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(RawClient(port()).get(port(), "/data?token=wrong"), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(RawClient(port()).get(port(), "/data?token=secret"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(RawClient(port()).upgrade(port()), StartsWith("HTTP/1.1 401"));
}

}  // namespace
}  // namespace towfish::dashboard
