#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace towfish::dashboard {

/// A connection that says what it likes: what browsers would never send too. Gives up after 10 s.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(fd_); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Reads until `text` has come, or the other side has closed. Everything read so far.
  const std::string& until(std::string_view text) {
    while (got_.find(text) == std::string::npos && more()) {
    }
    return got_;
  }
  /// Reads on until it has read so many bytes in all; false when the other side closes or stops before.
  bool read(std::size_t bytes) {
    while (got_.size() < bytes) {
      if (!more()) return false;
    }
    return true;
  }
  /// Whether the other side closes, having said whatever it likes.
  bool is_closed() {
    while (more()) {
    }
    return closed_;
  }

  /// GET of a path under this name; the whole answer.
  std::string get(std::uint16_t port, std::string_view path, std::string_view headers = "",
                  std::string_view method = "GET") {
    send(fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n{}\r\n", method, path,
                     port, headers));
    is_closed();
    return got_;
  }
  /// Becomes a feed; the answer's head.
  std::string upgrade(std::uint16_t port, std::string_view headers = "") {
    send(fmt::format(
        "GET /feed HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
        port, headers));
    return until("\r\n\r\n");
  }
  /// One masked WebSocket frame (mask 0), final, of this opcode; at most 65535 bytes.
  bool frame(unsigned opcode, std::string_view payload) {
    std::string bytes{static_cast<char>(0x80 | opcode)};
    if (payload.size() < 126) {
      bytes += static_cast<char>(0x80 | payload.size());
    } else {
      bytes += static_cast<char>(0x80 | 126);
      bytes += static_cast<char>(payload.size() >> 8);
      bytes += static_cast<char>(payload.size() & 0xff);
    }
    bytes.append(4, '\0');
    return send(bytes.append(payload));
  }
  [[nodiscard]] bool connected() const { return connected_; }

 private:
  bool more() {
    pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, 10000) <= 0) return false;
    char bytes[4096];
    const auto count = ::recv(fd_, bytes, sizeof bytes, 0);
    closed_ = count <= 0;
    if (count > 0) got_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  int fd_;
  bool connected_ = false;
  bool closed_ = false;
  std::string got_;
};

}  // namespace towfish::dashboard
