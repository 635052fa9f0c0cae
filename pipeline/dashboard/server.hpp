#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "pipeline/dashboard/site.hpp"

namespace towfish::dashboard {

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: one that is free.
  std::string token;       ///< Wanted from everybody unless `address` is of this machine only.
  std::size_t most_clients = 16;
};

/// HTTP and WebSocket for one Site: GET of files, and the feed at /feed in binary and text messages.
///
/// Refuses who comes under another name (Host) or from another site's page (Origin), is too slow, says too
/// much or comes with too many. One message to a client is under way at a time; nothing is queued for it.
/// Beast is in the source file only. Threads: one thread.
class Server {
 public:
  static constexpr std::size_t kMostReceived = 8192;  ///< Bytes of a message from a page.
  static constexpr unsigned kMostPerSecond = 20;      ///< Such messages; who sends more is cut off.
  static constexpr std::size_t kMostConnections = 128;

  /// Listens from here on. UsageError when it cannot.
  Server(const ServerSettings& settings, Site& site);
  ~Server();

  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Serves until `go_on` answers false: it is asked a few tens of times a second.
  void run(const std::function<bool()>& go_on);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace towfish::dashboard
