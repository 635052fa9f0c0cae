#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include "pipeline/bench/benches.hpp"

namespace towfish::bench {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kScenario = "harbour-flat";
constexpr std::uint32_t kSamples = 2048;
constexpr std::uint64_t kLogs = 40;
constexpr std::uint64_t kPasses = 8;     ///< Of each of them over what it shows.
constexpr std::uint64_t kLargeLog = 60;  ///< Times as long as --pings says.

void run_batch(const fs::path& logs, const fs::path& out, std::size_t jobs) {
  const fs::path said = out.string() + ".txt";
  const int status =
      run_to_the_end({"batch", logs.string(), "--out", out.string(), "--jobs", std::to_string(jobs)}, said);
  if (status != 0)
    throw std::runtime_error(fmt::format("a batch ended with status {}:\n{}", status, end_of(said)));
}

/// That `at_once` batches of so many workers take, which know nothing of each other. Each has a new folder,
/// and none is removed before the end: ext4 makes files ten times slower for minutes after as many were
/// removed.
double seconds_of(const Workshop& workshop, const fs::path& logs, std::size_t jobs, std::size_t at_once = 1) {
  static int batch = 0;
  ::sync();  // What was written before is no affair of this one, whose ledger would wait for it (0.5 s seen).
  const auto begin = Clock::now();
  std::vector<std::future<void>> batches;
  for (std::size_t i = 0; i < at_once; ++i) {
    batches.push_back(std::async(std::launch::async, run_batch, logs,
                                 workshop.folder() / fmt::format("out-{}", ++batch), jobs));
  }
  for (auto& one : batches) one.get();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Efficiency: time of one worker / (workers x time of so many). The machine gives: time of one such run
/// alone / time of as many independent ones at once; no program that shares memory and clock with itself has
/// more.
Figures compare(const Workshop& workshop, const fs::path& logs, std::size_t workers) {
  const double one_s = seconds_of(workshop, logs, 1);
  const double all_s = seconds_of(workshop, logs, workers);
  const double at_once_s = seconds_of(workshop, logs, 1, workers);
  const auto count = static_cast<double>(workers);
  return {{"one_worker_s", one_s},
          {"workers_s", all_s},
          {"efficiency", one_s / (count * all_s)},
          {"machine_gives", one_s / at_once_s}};
}

Experiment experiment_of(const std::string& name, const std::string& title, const Workshop& workshop,
                         const fs::path& logs) {
  const std::size_t workers = std::max(2U, std::thread::hardware_concurrency());
  Experiment experiment{name, title, "workers", {"one_worker_s", "workers_s", "efficiency", "machine_gives"},
                        "",   {}};
  experiment.cases.push_back({name,
                              std::to_string(workers),
                              static_cast<double>(workers),
                              [&workshop, logs, workers] { return compare(workshop, logs, workers); },
                              {},
                              {}});
  return experiment;
}

void repeat(const fs::path& log, std::uint64_t times, const fs::path& larger) {
  const fs::path said = larger.string() + ".txt";
  const int status =
      run_to_the_end({"convert", log.string(), larger.string(), "--repeat", std::to_string(times)}, said);
  if (status != 0) throw std::runtime_error(fmt::format("{}: {}", larger.string(), end_of(said)));
  fs::remove(said);
}

}  // namespace

std::vector<Experiment> batch_experiments(const Workshop& workshop, const Effort& effort) {
  const fs::path many = workshop.folder() / "many";
  const fs::path large = workshop.folder() / "large";
  fs::create_directories(many);
  fs::create_directories(large);
  fmt::print(stderr, "recording {} logs and a large one\n", kLogs);
  for (std::uint64_t i = 0; i < kLogs; ++i) {
    // One to twenty-four minutes at 6000 --pings, as survey lines take, in no order, and none twice: a
    // batch would leave out a copy.
    const std::uint64_t pings = effort.pings * (2 + i * 17 % kLogs) / 90;
    const fs::path pass = record_log(workshop, kScenario, pings, kSamples).file;
    repeat(pass, kPasses, many / fmt::format("{:02}.xtf", i));
    fs::remove(pass);
  }
  repeat(record_log(workshop, kScenario, effort.pings, kSamples).file, kLargeLog, large / "large.xtf");
  return {
      experiment_of("many", fmt::format("{} logs of mixed size", kLogs), workshop, many),
      experiment_of("large", fmt::format("One log of {} pings", kLargeLog * effort.pings), workshop, large)};
}

}  // namespace towfish::bench
