#include "pipeline/process/metrics_server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "pipeline/sonar/error.hpp"

namespace towfish::process {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A client's end of a connection to 127.0.0.1.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { ::close(fd_); }
  void send(const std::string& text) {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  /// Takes what there is so far, without waiting. False once the server has closed the connection.
  bool receive(std::string& text) {
    std::array<char, 4096> part{};
    const ssize_t bytes = ::recv(fd_, part.data(), part.size(), MSG_DONTWAIT);
    if (bytes > 0) text.append(part.data(), static_cast<std::size_t>(bytes));
    return bytes > 0 || (bytes < 0 && errno == EAGAIN);
  }

 private:
  int fd_;
};

/// Serves until the connection is closed, for a second at the most; what the client was told.
std::string answer(MetricsServer& server, Client& client) {
  std::string text;
  for (int i = 0; i < 100 && client.receive(text); ++i) server.serve_for(10);
  return text;
}

TEST(MetricsServer, AnswersAScrapeWithTheText) {
  MetricsServer server(0, [] { return std::string("towfish_up 1\n"); });
  Client client(server.port());
  client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string text = answer(server, client);
  EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(text, HasSubstr("Content-Length: 13\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\n\r\ntowfish_up 1\n"));
}

TEST(MetricsServer, SaysWhereTheTextIsToWhoeverAsksForSomethingElse) {
  MetricsServer server(0, [] { return std::string("towfish_up 1\n"); });
  Client client(server.port());
  client.send("POST /metrics HTTP/1.1\r\n\r\n");
  EXPECT_THAT(answer(server, client), StartsWith("HTTP/1.1 404"));
}

TEST(MetricsServer, GivesUpOnARequestThatNeverEndsAndServesTheNext) {
  MetricsServer server(0, [] { return std::string("towfish_up 1\n"); });
  Client endless(server.port());
  endless.send(std::string(10'000, 'x'));
  EXPECT_EQ(answer(server, endless), "");
  Client client(server.port());
  client.send("GET /metrics HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer(server, client), HasSubstr("towfish_up 1"));
}

TEST(MetricsServer, RefusesAPortThatIsTaken) {
  MetricsServer first(0, [] { return std::string(); });
  EXPECT_THROW(MetricsServer(first.port(), [] { return std::string(); }), UsageError);
}

}  // namespace
}  // namespace towfish::process
