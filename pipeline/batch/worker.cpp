#include "pipeline/batch/worker.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <opencv2/core/utility.hpp>
#include <sstream>

#include "pipeline/batch/channel.hpp"
#include "pipeline/batch/job.hpp"
#include "pipeline/process/realtime.hpp"

namespace towfish::batch {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kTell = std::chrono::milliseconds(200);

/// Tells the coordinator where a job stands, and notices when nobody listens any more.
class Teller {
 public:
  Teller(Channel& channel, const Job& job)
      : channel_(channel), progress_(answer_to(job, Answer::Kind::progress)), next_(Clock::now() + kTell) {}

  bool operator()(std::uint64_t ping) {
    if (Clock::now() < next_) return true;
    next_ = Clock::now() + kTell;
    progress_.at_ping = ping;
    return channel_.send(to_text(progress_));
  }

 private:
  Channel& channel_;
  Answer progress_;
  Clock::time_point next_;
};

}  // namespace

int worker_main(int descriptor) {
  cv::setNumThreads(1);
  process::keep_freed_memory();  // Each log has detectors of its own.
  spdlog::set_pattern(fmt::format("%H:%M:%S.%e %^%l%$ worker {}: %v", ::getpid()));
  Channel channel(descriptor);
  std::string message;
  if (channel.receive(message, true) != Channel::State::message) return 0;
  process::RunSettings settings;
  std::istringstream text(message);
  settings::read(text, "settings of the batch", settings);
  Workbench bench(settings);
  for (;;) {
    switch (channel.receive(message, true)) {
      case Channel::State::closed:
        return 0;
      case Channel::State::nothing:  // A signal.
        continue;
      case Channel::State::message:
        break;
    }
    const Job job = job_from(message);
    Teller teller(channel, job);
    const auto answer = bench.work(job, std::ref(teller));
    if (!answer || !channel.send(to_text(*answer))) return 0;
  }
}

}  // namespace towfish::batch
