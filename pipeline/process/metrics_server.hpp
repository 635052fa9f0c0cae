#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace towfish::process {

/// Answers GET /metrics on 127.0.0.1 with a text: what Prometheus scrapes.
///
/// One request a connection, at most 4 KiB of it, each side of the exchange within 2 s. Threads: one thread.
class MetricsServer {
 public:
  using Text = std::function<std::string()>;

  /// Listens at once. Port 0: any free one. UsageError when the port is taken.
  MetricsServer(std::uint16_t port, Text metrics);
  ~MetricsServer();

  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Serves for so long, or until interrupted by a signal.
  void serve_for(int milliseconds);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace towfish::process
