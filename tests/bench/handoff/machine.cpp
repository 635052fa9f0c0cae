#include "tests/bench/handoff/machine.hpp"

#include <sched.h>
#include <sys/utsname.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/bench/handoff/transport.hpp"

namespace towfish::handoff {

using Clock = std::chrono::steady_clock;

Machine this_machine() {
  Machine machine;
  machine.cores = std::thread::hardware_concurrency();
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; machine.cpu.empty() && std::getline(info, line);) {
    if (line.starts_with("model name")) machine.cpu = line.substr(line.find(':') + 2);
  }
  utsname names{};
  uname(&names);
  machine.kernel = names.release;
  return machine;
}

double load_average() {
  double load = 0;
  getloadavg(&load, 1);
  return load;
}

void pin_to(unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core % std::thread::hardware_concurrency(), &set);
  sched_setaffinity(0, sizeof set, &set);
}

double cache_line_handoff_ns() {
  constexpr int kTurns = 200'000;
  alignas(64) std::atomic<int> ball{0};
  const auto play = [&ball](int parity) {
    for (int turn = parity; turn < kTurns; turn += 2) {
      while (ball.load(std::memory_order_acquire) != turn) {
      }
      ball.store(turn + 1, std::memory_order_release);
    }
  };
  Clock::time_point start;
  Clock::time_point end;
  std::thread left([&] {
    pin_to(0);
    start = Clock::now();
    play(0);
  });
  std::thread right([&] {
    pin_to(1);
    play(1);
    end = Clock::now();
  });
  left.join();
  right.join();
  return std::chrono::duration<double, std::nano>(end - start).count() / kTurns;
}

double memcpy_frames_per_s(double seconds, std::span<std::byte> slots) {
  const std::vector<std::byte> samples(kFrameBytes, std::byte{1});
  double copies = 0;
  const auto start = Clock::now();
  std::chrono::duration<double> took{};
  for (; took.count() < seconds; took = Clock::now() - start) {
    for (std::size_t at = 0; at + kFrameBytes <= slots.size(); at += kFrameBytes) {
      std::memcpy(&slots[at], samples.data(), kFrameBytes);
      asm volatile("" : : "r"(slots.data()) : "memory");
      ++copies;
    }
  }
  return copies / took.count();
}

}  // namespace towfish::handoff
