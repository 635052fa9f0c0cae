#include "pipeline/process/machine.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "pipeline/process/realtime.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::process {

namespace {

/// The first line of a file; empty when there is none.
std::string first_line(const char* file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string cpu_fact(std::string_view key) {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with(key) && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  }
  return {};
}

/// Asks for SCHED_FIFO in a thread of its own, so that it is gone afterwards.
bool fifo_allowed(int priority) {
  bool allowed = false;
  std::thread([&] {
    const sched_param wanted{.sched_priority = priority};
    allowed = sched_setscheduler(0, SCHED_FIFO, &wanted) == 0;
  }).join();
  return allowed;
}

Finding real_time() {
  if (fifo_allowed(50)) return {"SCHED_FIFO", "allowed", true, {}};
  return {"SCHED_FIFO", "refused", false,
          "run as root, or 'setcap cap_sys_nice,cap_ipc_lock+ep towfish', or 'rtprio 99' for your user in "
          "/etc/security/limits.conf; in a container: --cap-add=SYS_NICE --ulimit rtprio=99"};
}

Finding slices() {
  std::int32_t granted = 0;
  std::thread([&] { granted = shorten_slice(RealtimeSettings{}.slice_us); }).join();
  if (granted > 0) return {"short time slices", fmt::format("{} us, without privilege", granted), true, {}};
  return {"short time slices", "not known to this kernel", false,
          "Linux 6.12 or later; with it the roles run before other programs on a busy machine"};
}

Finding throttling() {
  const std::string us = first_line("/proc/sys/kernel/sched_rt_runtime_us");
  if (us.empty()) return {"real-time throttling", "not told", true, {}};
  if (us == "-1") return {"real-time throttling", "off", true, {}};
  return {"real-time throttling",
          us + " us of each second for real-time work at the most (us/1000000)",
          true,
          {}};
}

Finding memory_lock() {
  rlimit limit{};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  const bool unlimited = limit.rlim_cur == RLIM_INFINITY;
  const std::string found = unlimited ? "unlimited" : fmt::format("{} KiB", limit.rlim_cur / 1024);
  void* page = ::mmap(nullptr, 64 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool allowed = page != MAP_FAILED && ::mlock(page, 64 << 20) == 0;
  if (page != MAP_FAILED) ::munmap(page, 64 << 20);
  if (allowed) return {"locked memory", found + " (64 MiB tried: allowed)", true, {}};
  return {"locked memory", found + " (64 MiB tried: refused)", false,
          "'memlock unlimited' for your user in /etc/security/limits.conf, or CAP_IPC_LOCK; in a container: "
          "--ulimit memlock=-1"};
}

Finding cores() {
  const std::size_t usable = allowed_cpus().size();
  const std::string found = fmt::format("{} of {} usable", usable, std::thread::hardware_concurrency());
  if (usable >= 4) return {"cores", found, true, {}};
  return {"cores", found, usable >= 2,
          usable >= 2 ? "" : "the two detectors need a core each to work at the same time"};
}

Finding governor() {
  const std::string found = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (found.empty()) return {"frequency governor", "not told (fixed, or the host's business)", true, {}};
  if (found == "performance") return {"frequency governor", found, true, {}};
  return {"frequency governor", found, false,
          "'cpupower frequency-set -g performance': a sleeping core wakes up slow"};
}

Finding isolation() {
  const std::string found = first_line("/sys/devices/system/cpu/isolated");
  if (!found.empty()) return {"isolated cores", found, true, {}};
  return {"isolated cores", "none", true, {}};
}

Finding kernel() {
  utsname system{};
  uname(&system);
  const std::string version(system.version);
  const bool rt = version.find("PREEMPT_RT") != std::string::npos;
  const bool preempt = version.find("PREEMPT") != std::string::npos;
  if (rt || preempt) return {"kernel pre-emption", rt ? "PREEMPT_RT" : "PREEMPT", true, {}};
  return {
      "kernel pre-emption", "none told in its version", false,
      "a PREEMPT or PREEMPT_RT kernel (Debian: linux-image-rt-amd64) bounds what the kernel itself delays"};
}

Finding clock() {
  const std::string source = first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  const double cost_ns = clock_cost_ns();
  const std::string found =
      fmt::format("{}, {:.0f} ns a reading", source.empty() ? "not told" : source, cost_ns);
  if (cost_ns < 100) return {"clock", found, true, {}};
  return {"clock", found, false,
          "reading it is a system call: boot with clocksource=tsc if the hardware allows"};
}

Finding shared_memory() {
  struct statvfs place {};
  if (statvfs("/dev/shm", &place) != 0) return {"/dev/shm", "absent", false, "mount a tmpfs there"};
  const std::uint64_t free_mib = place.f_bavail * place.f_frsize >> 20;
  const std::string found = fmt::format("{} MiB free", free_mib);
  if (free_mib >= 64) return {"/dev/shm", found, true, {}};
  return {"/dev/shm", found, false, "a session takes 10 to 60 MiB: in a container --shm-size=256m"};
}

Finding load() {
  double average = 0;
  getloadavg(&average, 1);
  const auto cores = static_cast<double>(std::thread::hardware_concurrency());
  const std::string found = fmt::format("{:.1f} in the last minute on {:.0f} cores", average, cores);
  if (average < 0.3 * cores) return {"load", found, true, {}};
  return {"load", found, false, "other work competes for the cores: measure on a calm machine"};
}

Finding hypervisor(const Machine& machine) {
  if (!machine.virtual_machine) return {"virtual machine", "no", true, {}};
  return {"virtual machine", "yes", false,
          "the host can take a core away for milliseconds (see 'steal' in top); no setting in here prevents "
          "that"};
}

}  // namespace

Machine this_machine() {
  Machine machine;
  utsname system{};
  uname(&system);
  const std::string model = cpu_fact("model name");
  machine.cpu = model.empty() ? "unknown" : model;
  machine.cores = std::thread::hardware_concurrency();
  machine.kernel = std::string(system.sysname) + " " + system.release;
  machine.clock_source = first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  machine.virtual_machine = fmt::format(" {} ", cpu_fact("flags")).find(" hypervisor ") != std::string::npos;
  getloadavg(&machine.load, 1);
  return machine;
}

nlohmann::json json(const Machine& machine) {
  return {{"cpu", machine.cpu},
          {"cores", machine.cores},
          {"kernel", machine.kernel},
          {"clock_source", machine.clock_source},
          {"virtual_machine", machine.virtual_machine},
          {"load_1min", machine.load}};
}

std::string text(const Machine& machine) {
  return fmt::format("{}, {} cores{}, {}, load {:.1f} in the last minute", machine.cpu, machine.cores,
                     machine.virtual_machine ? " (virtual machine)" : "", machine.kernel, machine.load);
}

std::vector<Finding> examine_machine() {
  return {real_time(),
          slices(),
          throttling(),
          memory_lock(),
          cores(),
          governor(),
          isolation(),
          kernel(),
          clock(),
          shared_memory(),
          hypervisor(this_machine()),
          load()};
}

double clock_cost_ns() {
  constexpr int kReadings = 20'000;
  const std::int64_t begin = shm::monotonic_ns();
  std::int64_t last = begin;
  for (int i = 0; i < kReadings; ++i) last = shm::monotonic_ns();
  return static_cast<double>(last - begin) / kReadings;
}

bool measure_wake_ups(int wakes, int priority, latency::Histogram& lateness) {
  bool allowed = true;
  std::thread([&] {
    prctl(PR_SET_TIMERSLACK, 1);
    if (priority > 0) {
      const sched_param wanted{.sched_priority = priority};
      allowed = sched_setscheduler(0, SCHED_FIFO, &wanted) == 0;
    }
    std::int64_t due = shm::monotonic_ns();
    for (int i = 0; allowed && i < wakes; ++i) {
      due += 1'000'000;
      const timespec until{.tv_sec = due / 1'000'000'000, .tv_nsec = due % 1'000'000'000};
      while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
      }
      lateness.record(shm::monotonic_ns() - due);
    }
  }).join();
  return allowed;
}

}  // namespace towfish::process
