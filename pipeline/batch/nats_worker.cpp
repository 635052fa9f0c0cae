#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <random>
#include <set>
#include <sstream>
#include <stop_token>
#include <thread>
#include <utility>

#include "pipeline/batch/delivery.hpp"
#include "pipeline/batch/handles.hpp"
#include "pipeline/batch/nats_run.hpp"
#include "pipeline/batch/scratch.hpp"
#include "pipeline/process/realtime.hpp"
#include "pipeline/process/stop_signal.hpp"

namespace towfish::batch {

using Clock = std::chrono::steady_clock;

namespace {

constexpr int kPatience_s = 30;  ///< Silence after which a job goes to another worker.
constexpr std::uint64_t kFatalDeliveries = Campaign::kFatalDeaths + 1;

/// A job as it stands in the queue.
struct Order {
  std::string version;
  std::string batch;
  std::string settings;
  std::string files;
  std::string job;
};

Order order_from(std::string_view text) {
  try {
    const auto object = nlohmann::json::parse(text);
    const auto text_of = [&](const char* key) { return object.value(key, std::string()); };
    return {text_of("version"), object.at("batch").get<std::string>(), text_of("settings"), text_of("files"),
            text_of("job")};
  } catch (const nlohmann::json::exception& error) {
    throw MessageError(std::string("not a job: ") + error.what());
  }
}

/// Why the log is not what the coordinator sees; empty when it is.
std::string unseen(const Job& job) {
  const auto stamp = stamp_of(job.path);
  if (!stamp) return fmt::format("{}: is not there", job.path);
  if (stamp->size != job.bytes)
    return fmt::format("{}: found {} bytes, wanted {}", job.path, stamp->size, job.bytes);
  const FileHandle file(std::fopen(job.path.c_str(), "rb"));
  return file ? std::string() : fmt::format("{}: {}", job.path, std::strerror(errno));
}

/// Says every few seconds that a message is still being worked on, as long as there are signs of that:
/// seeking in a large log takes its time without any.
class Heart {
 public:
  explicit Heart(nats::Message& message)
      : message_(message), thread_([this](const std::stop_token& stop) { beat(stop); }) {}

  void sign() noexcept { signed_ = Clock::now(); }

 private:
  void beat(const std::stop_token& stop) {
    constexpr auto kEvery = std::chrono::seconds(5);
    constexpr auto kSilence = std::chrono::minutes(10);
    std::unique_lock lock(mutex_);
    while (!wakes_.wait_for(lock, stop, kEvery, [&] { return stop.stop_requested(); })) {
      if (Clock::now() - signed_.load() < kSilence) message_.in_progress();
    }
  }

  nats::Message& message_;
  std::atomic<Clock::time_point> signed_ = Clock::now();
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  std::jthread thread_;
};

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
    const Order order = order_from(message.data());
    if (order.version != TOWFISH_VERSION) return leave(message, order);
    try {
      use(order);
    } catch (const UsageError&) {
      if (pass_on(message, order)) message.acknowledge();
      throw;
    }
    const Job wanted = job_from(order.job);
    if (message.deliveries() >= kFatalDeliveries) {
      return publish(order, answer_to(wanted, Answer::Kind::deadly,
                                      fmt::format("{} workers died over it", message.deliveries() - 1)));
    }
    Job job = wanted;
    job.reports = scratch_.file().string();
    job.path = mapped(job.path);
    if (std::string what = unseen(job); !what.empty()) return refuse(message, order, wanted, what);
    unseen_.clear();
    Heart heart(message);
    const auto answer = bench_->work(job, [&](std::uint64_t) {
      heart.sign();
      return process::stop_signals() < 2;
    });
    const bool published = answer && publish(order, *answer);
    scratch_.clear();
    return published;
  }

  [[nodiscard]] std::string mapped(const std::string& path) const {
    const bool below = !from_.empty() && path.starts_with(from_) &&
                       (path.size() == from_.size() || from_.back() == '/' || path[from_.size()] == '/');
    return below ? to_ + path.substr(from_.size()) : path;
  }

  /// Ends the worker when it sees none of the logs. One by itself may be a file system that is slow to tell.
  bool refuse(nats::Message& message, const Order& order, const Job& job, const std::string& what) {
    constexpr std::size_t kMostUnseen = 3;
    if (!publish(order, answer_to(job, Answer::Kind::unseen, fmt::format("{} ({})", what, name_))))
      return false;
    if (!unseen_.insert(job.log).second) pause();
    if (unseen_.size() < kMostUnseen) return true;
    message.acknowledge();
    throw UsageError(
        fmt::format("{}; {} logs in a row are not here as the batch has them: mount their folder, and say "
                    "with --map where",
                    what, unseen_.size()));
  }

  /// A job of another version, for others: some time passes before the next.
  bool leave(const nats::Message& message, const Order& order) {
    if (std::exchange(left_, order.version) != order.version) {
      spdlog::warn("this worker is of version {}: a batch of version '{}' is left to others", TOWFISH_VERSION,
                   order.version);
    }
    if (!pass_on(message, order)) return false;
    pause();
    return true;
  }

  static void pause() {
    for (int i = 0; i < 50 && process::stop_signals() == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }

  /// Puts it into the queue as if nobody had had it: what a worker is not made for is nobody's death.
  bool pass_on(const nats::Message& message, const Order& order) {
    return connection_.publish("towfish.jobs." + order.batch, fmt::format("{}-{}", name_, ++attempts_),
                               message.data(), [] { return process::stop_signals() > 0; });
  }

  /// Throws UsageError where it cannot be done here as the batch wants it, because a model is not on this
  /// machine, say, or another one. Then this worker has to end: it would take all jobs only to fail at them,
  /// and others may be able to do them.
  void use(const Order& order) {
    if (bench_ && order.settings == settings_ && order.files == files_) return;
    process::RunSettings parsed;
    std::istringstream text(order.settings);
    settings::read(text, "settings of the batch", parsed);
    static_cast<void>(make_detector(parsed.detector, Side::port));
    if (const std::string here = detector_files(parsed.detector); here != order.files) {
      throw UsageError(
          fmt::format("the model or library is not the batch's: found {}wanted {}", here, order.files));
    }
    bench_ = std::make_unique<Workbench>(parsed);
    settings_ = order.settings;
    files_ = order.files;
  }

  bool publish(const Order& order, const Answer& answer) {
    const bool with_reports = answer.kind == Answer::Kind::done && answer.index != Job::kNoStretch;
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
  std::string files_;
  std::string left_;  ///< The last version that was not ours.
  std::unique_ptr<Workbench> bench_;
  std::uint64_t attempts_ = 0;
  std::set<std::uint64_t> unseen_;  ///< Logs, since one was seen.
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
