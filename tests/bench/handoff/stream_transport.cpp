#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "tests/bench/handoff/transport.hpp"

namespace towfish::handoff {

namespace {

constexpr int kBufferBytes = static_cast<int>(kDepth * kFrameBytes);

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Two connected descriptors, [0] to read from and [1] to write to, with as large a buffer as the system
/// grants.
class StreamTransport : public Transport {
 public:
  explicit StreamTransport(std::array<int, 2> ends) : ends_(ends), frame_(kFrameBytes) {}
  ~StreamTransport() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  void start_producer() override {}
  void start_consumer() override {}
  std::span<std::byte> loan() override { return frame_; }
  void publish() override {
    for (std::size_t done = 0; done < kFrameBytes;) {
      const ssize_t written = write(ends_[1], frame_.data() + done, kFrameBytes - done);
      if (written < 0 && errno != EINTR) fail("write");
      if (written > 0) done += static_cast<std::size_t>(written);
    }
  }
  std::span<const std::byte> receive() override {
    for (std::size_t done = 0; done < kFrameBytes;) {
      const ssize_t got = read(ends_[0], frame_.data() + done, kFrameBytes - done);
      if (got == 0) throw std::runtime_error("the other end was closed");
      if (got < 0 && errno != EINTR) fail("read");
      if (got > 0) done += static_cast<std::size_t>(got);
    }
    return frame_;
  }
  void release() override {}

 private:
  std::array<int, 2> ends_;
  std::vector<std::byte> frame_;
};

std::unique_ptr<Transport> make_socket(int type) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
  for (const int end : ends) {
    // Beyond net.core.wmem_max with the right to it; without, as much as anybody gets.
    if (setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &kBufferBytes, sizeof kBufferBytes) != 0) {
      setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kBufferBytes, sizeof kBufferBytes);
    }
  }
  return std::make_unique<StreamTransport>(ends);
}

}  // namespace

std::unique_ptr<Transport> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
  fcntl(ends[1], F_SETPIPE_SZ, kFrameBytes);  // The largest that anybody may have.
  return std::make_unique<StreamTransport>(ends);
}

std::unique_ptr<Transport> make_unix_stream() {
  return make_socket(SOCK_STREAM);
}

std::unique_ptr<Transport> make_unix_seqpacket() {
  return make_socket(SOCK_SEQPACKET);
}

}  // namespace towfish::handoff
