#include "pipeline/batch/channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace towfish::batch {

Channel::Channel(Channel&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Channel& Channel::operator=(Channel&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Channel::~Channel() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Channel::Pair Channel::make_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot connect to a worker");
  }
  return {Channel(ends[0]), Channel(ends[1])};
}

void Channel::allow_inheritance() const {
  if (::fcntl(descriptor_, F_SETFD, 0) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot hand a connection to a worker");
  }
}

bool Channel::send(const std::string& message) noexcept {
  ssize_t sent = 0;
  do {
    sent = ::send(descriptor_, message.data(), message.size(), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(message.size());
}

Channel::State Channel::receive(std::string& message, bool wait) {
  const int flags = wait ? 0 : MSG_DONTWAIT;
  ssize_t length = 0;
  do {
    length = ::recv(descriptor_, nullptr, 0, MSG_PEEK | MSG_TRUNC | flags);
  } while (length < 0 && errno == EINTR && !wait);
  if (length < 0) return errno == EAGAIN || errno == EINTR ? State::nothing : State::closed;
  if (length == 0) return State::closed;
  message.resize(static_cast<std::size_t>(length));
  return ::recv(descriptor_, message.data(), message.size(), 0) == length ? State::message : State::closed;
}

}  // namespace towfish::batch
