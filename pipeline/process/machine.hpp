#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/latency/histogram.hpp"

namespace towfish::process {

/// What this computer is, for results that are to be compared.
struct Machine {
  std::string cpu;
  unsigned cores = 0;
  std::string kernel;
  std::string clock_source;  ///< Empty: not told.
  bool virtual_machine = false;
  double load = 0;  ///< Of the last minute.
};
Machine this_machine();
nlohmann::json json(const Machine& machine);
/// In one line.
std::string text(const Machine& machine);

/// One thing that decides how punctual this machine is.
struct Finding {
  std::string about;
  std::string found;
  bool good = true;
  std::string advice;  ///< What to do about it; empty when it is good.
};

/// Looks at privileges, kernel and hardware; asks for real-time scheduling and takes it back. Takes no time.
std::vector<Finding> examine_machine();

/// How late a thread wakes up that asked for a moment: `wakes` times a millisecond apart, with SCHED_FIFO
/// priority `priority` (0: SCHED_OTHER). Empty when the priority is refused.
bool measure_wake_ups(int wakes, int priority, latency::Histogram& lateness);

/// Nanoseconds that reading the clock takes.
double clock_cost_ns();

}  // namespace towfish::process
