#include "tests/bench/handoff/measurement.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "pipeline/shm/session.hpp"
#include "tests/bench/handoff/machine.hpp"

namespace towfish::handoff {

namespace {

constexpr std::uint64_t kWarmUp = 40;
constexpr std::size_t kMostFrames = 1U << 16U;
constexpr unsigned kPatience_s = 60;

/// What the consumer reports to the process that measures.
struct Results {
  std::atomic<bool> consumer_ready;
  std::uint64_t frames;
  std::int64_t first_ns;
  std::int64_t last_ns;
  double latencies_us[kMostFrames];
};

struct Pace {
  std::int64_t interval_ns = 0;  ///< 0: as fast as it goes.
  std::int64_t duration_ns = 0;
};

void sleep_until(std::int64_t moment_ns) {
  const timespec moment{.tv_sec = moment_ns / 1'000'000'000, .tv_nsec = moment_ns % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nullptr);
}

void produce(Transport& transport, const Results& results, Pace pace) {
  transport.start_producer();
  while (!results.consumer_ready.load()) usleep(100);
  const std::vector<std::byte> samples(kFrameBytes, std::byte{1});
  const auto hand_over = [&](std::uint64_t number) {
    const auto frame = transport.loan();
    BenchFrame::fill(frame, samples, number);
    BenchFrame::stamp(frame, shm::monotonic_ns());
    transport.publish();
  };
  std::uint64_t number = 0;
  const std::int64_t start = shm::monotonic_ns();
  std::int64_t measured_from = start;
  for (; number <= kWarmUp || shm::monotonic_ns() - measured_from < pace.duration_ns; ++number) {
    if (pace.interval_ns > 0) sleep_until(start + static_cast<std::int64_t>(number) * pace.interval_ns);
    if (number == kWarmUp) measured_from = shm::monotonic_ns();
    hand_over(number);
  }
  hand_over(BenchFrame::kEnd);
  transport.stop();
}

void consume(Transport& transport, Results& results) {
  transport.start_consumer();
  results.consumer_ready = true;
  for (std::uint64_t wanted = 0;; ++wanted) {
    const auto frame = transport.receive();
    const std::int64_t now = shm::monotonic_ns();
    if (BenchFrame::number(frame) == BenchFrame::kEnd) break;
    if (!BenchFrame::is_whole(frame, wanted)) {
      throw std::runtime_error(fmt::format("frame {} is not whole", wanted));
    }
    if (wanted == kWarmUp) results.first_ns = now;
    if (wanted > kWarmUp) {
      const double latency_us = static_cast<double>(now - BenchFrame::published_ns(frame)) / 1000;
      if (results.frames < kMostFrames) results.latencies_us[results.frames] = latency_us;
      results.last_ns = now;
      ++results.frames;
    }
    transport.release();
  }
  transport.stop();
}

template <class Body>
pid_t start_process(std::optional<unsigned> core, Body body) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_TIMERSLACK, 1);
  alarm(kPatience_s);
  if (core) pin_to(*core);
  try {
    body();
    std::exit(0);  // Not _exit: some libraries say goodbye to their daemon.
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    _exit(1);
  }
}

void expect_success(pid_t first, pid_t second) {
  for (int ended = 0; ended < 2; ++ended) {
    int status = 0;
    const pid_t pid = wait(&status);
    if (pid != first && pid != second) {
      --ended;
      continue;
    }
    if (status == 0) continue;
    kill(pid == first ? second : first, SIGKILL);
    waitpid(pid == first ? second : first, nullptr, 0);
    throw std::runtime_error(WIFSIGNALED(status) ? "a process was killed or hung" : "a process failed");
  }
}

/// Runs producer and consumer; `report` reads what the consumer met.
template <class Report>
auto run(const std::function<std::unique_ptr<Transport>()>& make, Placement placement, Pace pace,
         Report report) {
  void* memory = mmap(nullptr, sizeof(Results), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  const std::unique_ptr<void, void (*)(void*)> unmap(memory, [](void* at) { munmap(at, sizeof(Results)); });
  auto& results = *new (memory) Results{};
  const auto transport = make();
  const auto core = [placement](unsigned number) {
    return placement == Placement::core_each ? std::optional(number) : std::nullopt;
  };
  const pid_t consumer = start_process(core(1), [&] { consume(*transport, results); });
  const pid_t producer = start_process(core(0), [&] { produce(*transport, results, pace); });
  expect_success(consumer, producer);
  return report(results);
}

}  // namespace

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

Round measure_paced(const std::function<std::unique_ptr<Transport>()>& make, Placement placement,
                    double rate_hz, double seconds) {
  const Pace pace{static_cast<std::int64_t>(1e9 / rate_hz), static_cast<std::int64_t>(1e9 * seconds)};
  return run(make, placement, pace, [](const Results& results) {
    std::vector<double> all(results.latencies_us,
                            results.latencies_us + std::min(results.frames, kMostFrames));
    return Round{quantile(all, 0.5), quantile(all, 0.99), 0};
  });
}

double measure_saturated(const std::function<std::unique_ptr<Transport>()>& make, double seconds) {
  return run(make, Placement::core_each, {0, static_cast<std::int64_t>(1e9 * seconds)},
             [](const Results& results) {
               return static_cast<double>(results.frames) * 1e9 /
                      static_cast<double>(results.last_ns - results.first_ns);
             });
}

bool python_is_there() {
  return std::system("python3 -c 'import multiprocessing' 2>/dev/null") == 0;
}

Round measure_python(const std::string& kind, Placement placement, double rate_hz, double paced_seconds,
                     double saturated_seconds) {
  const std::string command = fmt::format("python3 {} {} {} {} {} {}", HANDOFF_PYTHON_SCRIPT, kind,
                                          placement == Placement::core_each ? "core-each" : "scheduler",
                                          rate_hz, paced_seconds, saturated_seconds);
  FILE* output = popen(command.c_str(), "r");
  if (output == nullptr) throw std::runtime_error("cannot start python3");
  std::string text(4096, '\0');
  text.resize(fread(text.data(), 1, text.size(), output));
  if (pclose(output) != 0) throw std::runtime_error("the Python script failed");
  const auto result = nlohmann::json::parse(text);
  return {result.at("p50_us"), result.at("p99_us"), result.at("frames_per_s")};
}

}  // namespace towfish::handoff
