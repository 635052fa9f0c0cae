#include <fmt/format.h>
#include <unistd.h>

#include <new>
#include <optional>

#include "pipeline/shm/ring.hpp"
#include "pipeline/shm/segment.hpp"
#include "tests/bench/handoff/transport.hpp"

namespace towfish::handoff {

namespace {

using namespace std::chrono_literals;

/// towfish's own ring in a segment under /dev/shm, opened by each process for itself.
class RingTransport : public Transport {
 public:
  RingTransport()
      : name_(fmt::format("handoff-{}", getpid())),
        made_(shm::Segment::create(name_, kRingAt + shm::Ring::bytes(kDepth, kFrameBytes))) {
    new (made_.memory().data()) Bells{};
    shm::Ring::format(made_.memory().subspan(kRingAt), kDepth, kFrameBytes);
  }
  ~RingTransport() override { shm::Segment::remove(name_); }

  void start_producer() override {
    attach();
    writer_.emplace(*shm::Ring::attach(opened_->memory().subspan(kRingAt)), bells_->consumer);
  }
  void start_consumer() override {
    attach();
    reader_.emplace(*shm::Ring::attach(opened_->memory().subspan(kRingAt)), bells_->producer);
  }
  std::span<std::byte> loan() override { return writer_->loan(); }
  void publish() override {
    while (writer_->full()) bells_->producer.wait([this] { return !writer_->full(); }, 100ms, patience_);
    writer_->publish();
  }
  std::span<const std::byte> receive() override {
    for (;;) {
      if (const auto view = reader_->take()) return view->payload;
      bells_->consumer.wait([this] { return !reader_->empty(); }, 100ms, patience_);
    }
  }
  void release() override { reader_->release(); }

 private:
  static constexpr std::size_t kRingAt = 128;
  struct Bells {
    alignas(64) shm::Doorbell consumer;
    alignas(64) shm::Doorbell producer;
  };
  static_assert(sizeof(Bells) == kRingAt);

  void attach() {
    opened_.emplace(shm::Segment::open(name_));
    bells_ = std::launder(reinterpret_cast<Bells*>(opened_->memory().data()));
  }

  std::string name_;
  shm::Segment made_;
  std::optional<shm::Segment> opened_;
  Bells* bells_ = nullptr;
  std::optional<shm::RingWriter> writer_;
  std::optional<shm::RingReader> reader_;
  shm::Patience patience_;
};

}  // namespace

std::unique_ptr<Transport> make_ring() {
  return std::make_unique<RingTransport>();
}

}  // namespace towfish::handoff
