#include <fmt/format.h>
#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>
#include <optional>
#include <vector>

#include "tests/bench/handoff/transport.hpp"

namespace towfish::handoff {

namespace {

namespace bip = boost::interprocess;

/// Boost.Interprocess' message_queue: copies in and out, waits on its condition variable.
class MessageQueueTransport : public Transport {
 public:
  MessageQueueTransport()
      : name_(fmt::format("towfish-handoff-mq-{}", getpid())),
        made_(bip::create_only, name_.c_str(), kDepth, kFrameBytes, bip::permissions(0600)),
        frame_(kFrameBytes) {}
  ~MessageQueueTransport() override { bip::message_queue::remove(name_.c_str()); }

  void start_producer() override { opened_.emplace(bip::open_only, name_.c_str()); }
  void start_consumer() override { opened_.emplace(bip::open_only, name_.c_str()); }
  std::span<std::byte> loan() override { return frame_; }
  void publish() override { opened_->send(frame_.data(), frame_.size(), 0); }
  std::span<const std::byte> receive() override {
    bip::message_queue::size_type length = 0;
    unsigned priority = 0;
    opened_->receive(frame_.data(), frame_.size(), length, priority);
    return std::span(frame_).first(length);
  }
  void release() override {}

 private:
  std::string name_;
  bip::message_queue made_;
  std::optional<bip::message_queue> opened_;
  std::vector<std::byte> frame_;
};

}  // namespace

std::unique_ptr<Transport> make_message_queue() {
  return std::make_unique<MessageQueueTransport>();
}

}  // namespace towfish::handoff
