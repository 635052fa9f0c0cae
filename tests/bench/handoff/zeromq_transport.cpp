#include <fmt/format.h>
#include <unistd.h>
#include <zmq.h>

#include <cerrno>
#include <stdexcept>

#include "tests/bench/handoff/transport.hpp"

namespace towfish::handoff {

namespace {

void check(int result, const char* what) {
  if (result < 0) throw std::runtime_error(fmt::format("{}: {}", what, zmq_strerror(errno)));
}

/// ZeroMQ PUSH/PULL over ipc://, filled and read in place in its messages, kDepth of them under way.
class ZeroMqTransport : public Transport {
 public:
  ZeroMqTransport() : address_(fmt::format("ipc:///tmp/towfish-handoff-zmq-{}", getpid())) {}
  ~ZeroMqTransport() override { unlink(address_.c_str() + sizeof("ipc://") - 1); }

  void start_producer() override {
    open(ZMQ_PUSH, ZMQ_SNDHWM);
    check(zmq_bind(socket_, address_.c_str()), "zmq_bind");
  }
  void start_consumer() override {
    open(ZMQ_PULL, ZMQ_RCVHWM);
    check(zmq_connect(socket_, address_.c_str()), "zmq_connect");
  }
  std::span<std::byte> loan() override {
    check(zmq_msg_init_size(&message_, kFrameBytes), "zmq_msg_init_size");
    return {static_cast<std::byte*>(zmq_msg_data(&message_)), kFrameBytes};
  }
  void publish() override { check(zmq_msg_send(&message_, socket_, 0), "zmq_msg_send"); }
  std::span<const std::byte> receive() override {
    check(zmq_msg_init(&message_), "zmq_msg_init");
    check(zmq_msg_recv(&message_, socket_, 0), "zmq_msg_recv");
    return {static_cast<const std::byte*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)};
  }
  void release() override { zmq_msg_close(&message_); }
  void stop() override {
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }

 private:
  void open(int type, int limit_option) {
    context_ = zmq_ctx_new();
    socket_ = zmq_socket(context_, type);
    const int depth = static_cast<int>(kDepth) / 2;  // Each end has a queue.
    check(zmq_setsockopt(socket_, limit_option, &depth, sizeof depth), "zmq_setsockopt");
  }

  std::string address_;
  void* context_ = nullptr;
  void* socket_ = nullptr;
  zmq_msg_t message_{};
};

}  // namespace

std::unique_ptr<Transport> make_zeromq() {
  return std::make_unique<ZeroMqTransport>();
}

}  // namespace towfish::handoff
