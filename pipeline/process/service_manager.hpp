#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace towfish::process {

/// Tells systemd, or whoever listens where $NOTIFY_SOCKET says, how a service is doing.
///
/// The protocol of sd_notify(3): datagrams of VAR=VALUE lines to a Unix socket. Without $NOTIFY_SOCKET, and
/// when nobody listens any more, nothing is done. The variable is taken from the environment, so that
/// children do not speak in this process's name. Threads: one thread.
class ServiceManager {
 public:
  ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;
  ~ServiceManager();

  /// All is up. Only the first time it is said counts.
  void ready();
  /// A new line for `systemctl status`.
  void status(std::string_view line);
  /// No new work is taken.
  void stopping();
  /// Still there: to be called often; speaks when half of the time that $WATCHDOG_USEC allows is over.
  void alive(std::int64_t now_ns);

 private:
  void tell(const std::string& message) noexcept;

  int socket_ = -1;
  std::string address_;
  std::int64_t watchdog_ns_ = 0;  ///< 0: nobody asked.
  std::int64_t alive_told_ns_ = 0;
  bool ready_told_ = false;
  bool stopping_told_ = false;
};

}  // namespace towfish::process
