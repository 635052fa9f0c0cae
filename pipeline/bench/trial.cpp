#include "pipeline/bench/trial.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "pipeline/logs/xtf_writer.hpp"
#include "pipeline/process/stop_signal.hpp"
#include "sim/sidescan.hpp"

namespace towfish::bench {

namespace fs = std::filesystem;

namespace {

double milliseconds(const nlohmann::json& stage, const char* quantile) {
  return stage.at(quantile).get<double>() * 1e-3;
}

}  // namespace

std::string end_of(const fs::path& file) {
  constexpr std::size_t kShown = 600;
  std::ifstream in(file);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return text.size() > kShown ? text.substr(text.size() - kShown) : text;
}

int run_to_the_end(const std::vector<std::string>& arguments, const fs::path& output) {
  std::vector<char*> argv{const_cast<char*>("towfish")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, "/proc/self/exe", &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start a trial");
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Workshop::Workshop() {
  std::string pattern = (fs::temp_directory_path() / "towfish-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), pattern + " cannot be made");
  folder_ = pattern;
}

Workshop::~Workshop() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

nlohmann::json run_towfish(const Workshop& workshop, const std::vector<std::string>& arguments,
                           process::PipelineSettings settings) {
  const fs::path config = workshop.folder() / "config.yaml";
  const fs::path out = workshop.folder() / "out";
  const fs::path said = workshop.folder() / "said.txt";
  {
    std::ofstream text(config);
    settings::print(text, settings);
  }
  std::error_code ignored;
  fs::remove_all(out, ignored);
  std::vector<std::string> all = arguments;
  all.insert(all.end(), {"--config", config.string(), "--out", out.string(), "--session",
                         fmt::format("bench-{}", getpid())});
  const int status = run_to_the_end(all, said);
  std::ifstream summary(out / "summary.json");
  if ((status != 0 && status != 4) || !summary)
    throw std::runtime_error(fmt::format("'towfish {}' ended with status {}:\n{}", fmt::join(arguments, " "),
                                         status, end_of(said)));
  return nlohmann::json::parse(summary);
}

Figures figures_of(const nlohmann::json& summary) {
  const auto& total = summary.at("latency_us").at("total");
  const auto& work = summary.at("work");
  double busy = 1;
  for (const char* role : {"port-detector", "starboard-detector"}) {
    if (!work.contains(role)) return {};
    const double busy_s = work.at(role).at("busy_s");
    busy = std::min(busy, busy_s / (busy_s + work.at(role).at("wait_s").get<double>()));
  }
  return {{"p50_ms", milliseconds(total, "p50")},
          {"p99_ms", milliseconds(total, "p99")},
          {"p999_ms", milliseconds(total, "p999")},
          {"max_ms", milliseconds(total, "max")},
          {"late", total.at("over_deadline").get<double>()},
          {"frames", total.at("count").get<double>()},
          {"lost", summary.at("frames").at("lost").get<double>()},
          {"refused", summary.at("frames").at("refused").get<double>()},
          {"wall_s", summary.at("duration_s").get<double>()},
          {"detector_busy_percent", 100 * busy}};
}

PracticeLog record_log(const Workshop& workshop, const std::string& scenario_name, std::uint64_t pings,
                       std::uint32_t samples) {
  constexpr std::int64_t kBetweenSurveys_ns = 100'000'000;
  PracticeLog log{workshop.folder() / fmt::format("{}-{}-{}.xtf", scenario_name, samples, pings), 0, samples,
                  0};
  Scenario scenario;
  settings::read(process::named_file("scenarios", scenario_name), scenario);
  scenario.sonar.samples = static_cast<int>(samples);
  Sidescan sonar(scenario);
  XtfWriter writer(log.file, scenario_name);
  std::array<std::vector<std::uint16_t>, 2> traces;
  std::int64_t first_utc_ns = 0;
  std::int64_t later_ns = 0;  // A survey that is over begins again, time going on.
  while (log.pings < pings && process::stop_signals() == 0) {
    const PingPair* emitted = sonar.next();
    if (emitted == nullptr) {
      if (log.pings == 0) break;
      later_ns = static_cast<std::int64_t>(log.seconds * 1e9) + kBetweenSurveys_ns;
      sonar.seek(0);
      continue;
    }
    PingPair pair = *emitted;
    pair.ping.number = log.pings;
    pair.ping.time_utc_ns += later_ns;
    for (const Side side : kSides) {
      traces[index(side)].resize(pair.geometry[index(side)].samples);
      if (!traces[index(side)].empty()) sonar.read_trace(side, traces[index(side)]);
    }
    writer.write(pair, traces[0], traces[1]);
    if (log.pings++ == 0) first_utc_ns = pair.ping.time_utc_ns;
    log.seconds = static_cast<double>(pair.ping.time_utc_ns - first_utc_ns) * 1e-9;
  }
  writer.close();
  return log;
}

void forget_pages(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ::fdatasync(fd);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  ::close(fd);
}

}  // namespace towfish::bench
