#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iceoryx_hoofs/log/logmanager.hpp>
#include <iceoryx_posh/iceoryx_posh_types.hpp>
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/popo/wait_set.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <memory>
#include <optional>
#include <stdexcept>

#include "tests/bench/handoff/transport.hpp"

namespace towfish::handoff {

namespace {

/// iceoryx' daemon, with as much memory of the right size as the others have.
class RouDi {
 public:
  RouDi() : configuration_(fmt::format("/tmp/towfish-handoff-roudi-{}.toml", getpid())) {
    FILE* file = std::fopen(configuration_.c_str(), "w");
    if (file == nullptr) throw std::runtime_error("cannot write " + configuration_);
    fmt::print(file, "[general]\nversion = 1\n[[segment]]\n[[segment.mempool]]\nsize = {}\ncount = {}\n",
               kFrameBytes, kDepth + 4);
    std::fclose(file);
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (std::freopen("/dev/null", "w", stdout) == nullptr ||
        std::freopen("/dev/null", "w", stderr) == nullptr) {
      _exit(126);
    }
    execl(IOX_ROUDI, IOX_ROUDI, "-l", "error", "-c", configuration_.c_str(), nullptr);
    _exit(127);
  }
  RouDi(const RouDi&) = delete;
  RouDi& operator=(const RouDi&) = delete;
  ~RouDi() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    unlink(configuration_.c_str());
  }

 private:
  std::string configuration_;
  pid_t pid_ = 0;
};

/// iceoryx, zero-copy; the consumer sleeps in a WaitSet, the producer blocks when the queue is full.
class IceoryxTransport : public Transport {
 public:
  void start_producer() override {
    start("producer");
    iox::popo::PublisherOptions options;
    options.subscriberTooSlowPolicy = iox::popo::ConsumerTooSlowPolicy::WAIT_FOR_CONSUMER;
    publisher_ = std::make_unique<iox::popo::UntypedPublisher>(kService, options);
    while (!publisher_->hasSubscribers()) usleep(1000);
  }
  void start_consumer() override {
    start("consumer");
    iox::popo::SubscriberOptions options;
    options.queueCapacity = kDepth;
    options.queueFullPolicy = iox::popo::QueueFullPolicy::BLOCK_PRODUCER;
    subscriber_ = std::make_unique<iox::popo::UntypedSubscriber>(kService, options);
    wait_set_ = std::make_unique<iox::popo::WaitSet<1>>();
    wait_set_->attachEvent(*subscriber_, iox::popo::SubscriberEvent::DATA_RECEIVED).or_else([](auto) {
      throw std::runtime_error("iceoryx: attachEvent failed");
    });
  }
  std::span<std::byte> loan() override {
    while (frame_ == nullptr) {
      publisher_->loan(kFrameBytes).and_then([this](auto& chunk) { frame_ = chunk; });
    }
    return {static_cast<std::byte*>(frame_), kFrameBytes};
  }
  void publish() override {
    publisher_->publish(frame_);
    frame_ = nullptr;
  }
  std::span<const std::byte> receive() override {
    for (;;) {
      const void* taken = nullptr;
      subscriber_->take().and_then([&taken](const void*& chunk) { taken = chunk; });
      if (taken != nullptr) {
        taken_ = taken;
        return {static_cast<const std::byte*>(taken), kFrameBytes};
      }
      wait_set_->wait();
    }
  }
  void release() override { subscriber_->release(taken_); }
  void stop() override {
    publisher_.reset();
    wait_set_.reset();
    subscriber_.reset();
  }

 private:
  inline static const iox::capro::ServiceDescription kService{"towfish", "handoff", "frames"};

  static void start(const char* role) {
    iox::log::LogManager::GetLogManager().SetDefaultLogLevel(iox::log::LogLevel::kError,
                                                             iox::log::LogLevelOutput::kHideLogLevel);
    const std::string name = fmt::format("towfish-{}-{}", role, getpid());
    iox::runtime::PoshRuntime::initRuntime(iox::RuntimeName_t(iox::cxx::TruncateToCapacity, name.c_str()));
  }

  RouDi roudi_;
  void* frame_ = nullptr;
  const void* taken_ = nullptr;
  std::unique_ptr<iox::popo::UntypedPublisher> publisher_;
  std::unique_ptr<iox::popo::UntypedSubscriber> subscriber_;
  std::unique_ptr<iox::popo::WaitSet<1>> wait_set_;
};

}  // namespace

std::unique_ptr<Transport> make_iceoryx() {
  return std::make_unique<IceoryxTransport>();
}

}  // namespace towfish::handoff
