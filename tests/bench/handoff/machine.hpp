#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace towfish::handoff {

/// Where the figures were measured.
struct Machine {
  std::string cpu;
  unsigned cores = 0;
  std::string kernel;
};
Machine this_machine();

/// The load average over the last minute: who else is at work here.
double load_average();

/// Keeps the calling thread on one core; with a single core, everything is there anyhow.
void pin_to(unsigned core);

/// Half the round trip of a cache line between two cores, in ns.
double cache_line_handoff_ns();

/// Copies of 1 MiB a second by one process into as many slots as `slots` holds, with nobody reading.
double memcpy_frames_per_s(double seconds, std::span<std::byte> slots);

}  // namespace towfish::handoff
