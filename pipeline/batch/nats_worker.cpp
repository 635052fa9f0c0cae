#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <random>
#include <sstream>

#include "pipeline/batch/delivery.hpp"
#include "pipeline/batch/nats_run.hpp"
#include "pipeline/batch/scratch.hpp"
#include "pipeline/process/realtime.hpp"
#include "pipeline/process/stop_signal.hpp"

namespace towfish::batch {

using Clock = std::chrono::steady_clock;

namespace {

constexpr int kPatience_s = 30;  ///< Silence after which a job goes to another worker.
constexpr auto kTell = std::chrono::seconds(5);
constexpr std::uint64_t kFatalDeliveries = Campaign::kFatalDeaths + 1;

/// A job as it stands in the queue.
struct Order {
  std::string batch;
  std::string settings;
  Job job;
};

/// Throws UsageError where another version of this program gave it.
Order order_from(std::string_view text) {
  try {
    const auto object = nlohmann::json::parse(text);
    const std::string version = object.value("version", std::string("an earlier one"));
    if (version != TOWFISH_VERSION) {
      throw UsageError(
          fmt::format("this worker is of version {}, the batch of {}: give all machines the same",
                      TOWFISH_VERSION, version));
    }
    return {object.at("batch").get<std::string>(), object.at("settings").get<std::string>(),
            job_from(object.at("job").get<std::string>())};
  } catch (const nlohmann::json::exception& error) {
    throw MessageError(std::string("not a job: ") + error.what());
  }
}

class NatsWorker {
 public:
  NatsWorker(const nats::Address& address, std::string from, std::string to)
      : from_(std::move(from)),
        to_(std::move(to)),
        connection_(address),
        // The queues are made by the first batch, with the replicas that it wants.
        jobs_(connection_.read(
            {.queue = kJobsQueue, .subject = kJobSubjects, .name = "workers", .patience_s = kPatience_s})) {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    // In a container that is started anew the process number is the same; a queue takes equal ids for one.
    name_ = fmt::format("{}-{}-{:x}", host.data(), ::getpid(), std::random_device{}());
  }

  void turn() {
    constexpr int kWait_ms = 1000;
    auto message = jobs_.take(kWait_ms);
    if (!message) return;
    try {
      if (!work(*message)) return;
    } catch (const MessageError& error) {
      spdlog::error("a job that makes no sense is dropped: {}", error.what());
    }
    message->acknowledge();
  }

 private:
  /// False when it was given up: then somebody else gets it.
  bool work(nats::Message& message) {
    Order order = order_from(message.data());
    if (message.deliveries() >= kFatalDeliveries) {
      return publish(order, answer_to(order.job, Answer::Kind::deadly,
                                      fmt::format("{} workers died over it", message.deliveries() - 1)));
    }
    use(order.settings);
    Job job = order.job;
    job.reports = scratch_.file().string();
    if (!from_.empty() && job.path.starts_with(from_)) job.path = to_ + job.path.substr(from_.size());
    auto next = Clock::now() + kTell;
    const auto answer = bench_->work(job, [&](std::uint64_t) {
      if (Clock::now() < next) return true;
      next = Clock::now() + kTell;
      message.in_progress();
      return process::stop_signals() < 2;
    });
    const bool published = answer && publish(order, *answer);
    scratch_.clear();
    return published;
  }

  /// Throws UsageError where they cannot be used here, because a model is not on this machine, say. Then this
  /// worker has to end: it would take all jobs only to fail at them, and others may be able to do them.
  void use(const std::string& settings) {
    if (bench_ && settings == settings_) return;
    process::RunSettings parsed;
    std::istringstream text(settings);
    settings::read(text, "settings of the batch", parsed);
    static_cast<void>(make_detector(parsed.detector, Side::port));
    bench_ = std::make_unique<Workbench>(parsed);
    settings_ = settings;
  }

  bool publish(const Order& order, const Answer& answer) {
    const bool with_reports = answer.kind == Answer::Kind::done && order.job.kind == Job::Kind::scan;
    const std::string attempt = fmt::format("{}-{}", name_, ++attempts_);
    std::size_t number = 0;
    for (const std::string& part :
         to_parts(answer, attempt, with_reports ? scratch_.contents() : std::string())) {
      const std::string id = fmt::format("{}-{}", attempt, number++);
      if (!connection_.publish("towfish.answers." + order.batch, id, part,
                               [] { return process::stop_signals() > 1; })) {
        return false;
      }
    }
    return true;
  }

  std::string from_;
  std::string to_;
  std::string name_;
  Scratch scratch_;
  nats::Connection connection_;
  nats::Reader jobs_;
  std::string settings_;
  std::unique_ptr<Workbench> bench_;
  std::uint64_t attempts_ = 0;
};

}  // namespace

int nats_worker_main(const nats::Address& address, const std::string& from, const std::string& to) {
  cv::setNumThreads(1);
  process::keep_freed_memory();  // Each log has detectors of its own.
  process::catch_stop_signals();
  NatsWorker worker(address, from, to);
  spdlog::info("waiting for jobs from {}; Ctrl-C finishes the one at hand", address.url);
  while (process::stop_signals() == 0) worker.turn();
  return 0;
}

}  // namespace towfish::batch
