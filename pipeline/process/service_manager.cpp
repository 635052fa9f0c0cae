#include "pipeline/process/service_manager.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace towfish::process {

namespace {

std::optional<std::string> take_from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string found = value;
  ::unsetenv(name);
  return found;
}

std::optional<std::int64_t> number_in(const std::string& digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number <= 0) return std::nullopt;
  return number;
}

/// $WATCHDOG_USEC, unless $WATCHDOG_PID says that another process is meant.
std::int64_t watchdog_time_ns() {
  constexpr std::int64_t kMost_us = 1'000'000'000'000;
  const auto time = take_from_environment("WATCHDOG_USEC");
  const auto pid = take_from_environment("WATCHDOG_PID");
  if (!time || (pid && number_in(*pid) != ::getpid())) return 0;
  return std::min(number_in(*time).value_or(0), kMost_us) * 1000;
}

}  // namespace

ServiceManager::ServiceManager() : watchdog_ns_(watchdog_time_ns()) {
  const auto address = take_from_environment("NOTIFY_SOCKET");
  if (!address || address->size() < 2 || address->size() >= sizeof(sockaddr_un::sun_path)) return;
  address_ = *address;
  if (address_.front() == '@') address_.front() = '\0';  // The abstract namespace.
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

ServiceManager::~ServiceManager() {
  if (socket_ >= 0) ::close(socket_);
}

void ServiceManager::ready() {
  if (ready_told_) return;
  ready_told_ = true;
  tell("READY=1");
}

void ServiceManager::status(std::string_view line) {
  std::string one(line.substr(0, line.find('\n')));
  tell("STATUS=" + one);
}

void ServiceManager::stopping() {
  if (stopping_told_) return;
  stopping_told_ = true;
  tell("STOPPING=1");
}

void ServiceManager::alive(std::int64_t now_ns) {
  if (watchdog_ns_ == 0 || now_ns - alive_told_ns_ < watchdog_ns_ / 2) return;
  alive_told_ns_ = now_ns;
  tell("WATCHDOG=1");
}

void ServiceManager::tell(const std::string& message) noexcept {
  if (socket_ < 0) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  static_cast<void>(::sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&to), length));
}

}  // namespace towfish::process
