#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// How the operating system is asked to schedule the roles. All of it is a request: what the machine does not
/// allow is warned of and left as it is.
struct RealtimeSettings {
  std::int32_t source_cpu = -1;
  std::int32_t port_cpu = -1;
  std::int32_t starboard_cpu = -1;
  std::int32_t fusion_cpu = -1;
  bool detectors_apart = true;
  std::int32_t priority = 0;
  std::int32_t slice_us = 100;
  bool lock_memory = false;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("source_cpu", source_cpu, "", -1, 1023, "The only CPU the source may use; -1: any.");
    v.number("port_cpu", port_cpu, "", -1, 1023, "The only CPU of the port detector; -1: any.");
    v.number("starboard_cpu", starboard_cpu, "", -1, 1023,
             "The only CPU of the starboard detector; -1: any.");
    v.number("fusion_cpu", fusion_cpu, "", -1, 1023, "The only CPU of fusion; -1: any.");
    v.flag(
        "detectors_apart", detectors_apart,
        "Each detector on a CPU of its own, the last two allowed to towfish, unless CPUs are named above.");
    v.number("priority", priority, "", 0, 97,
             "SCHED_FIFO priority of the detectors, fusion one and the source two above; 0: SCHED_OTHER.");
    v.number(
        "slice_us", slice_us, "us", 0, 100'000,
        "Time slice of the roles under SCHED_OTHER: who wakes up with a shorter one than another program's "
        "(3 ms, usually) takes its place at once. No privilege is needed; kernels before Linux 6.12 take no "
        "notice. 0: the kernel's, as in replays at max speed.");
    v.flag("lock_memory", lock_memory, "Keep all memory of the roles in RAM (mlockall).");
  }
};

/// What a role asks for.
struct Scheduling {
  std::int32_t cpu = -1;
  std::int32_t priority = 0;
  bool lock_memory = false;
  std::int32_t slice_us = 0;  ///< Without priority; 0: the kernel's.
};
/// `allowed`: the CPUs that the process may use, ascending.
Scheduling scheduling_of(shm::Role role, const RealtimeSettings& settings,
                         std::span<const std::int32_t> allowed) noexcept;

/// The CPUs that the calling thread may use, ascending; none when the kernel has more than it can be asked
/// for.
std::vector<std::int32_t> allowed_cpus();

/// Asks for it for the calling thread (memory: for its process), warns of what was refused and how to get
/// it, and writes what was granted into the role's row. Nothing is fatal.
void apply(const Scheduling& wanted, shm::RoleRow& row);

/// Asks for the calling thread's time slice; returns what was granted, 0: none (0 was asked for, or the
/// kernel has one for all).
std::int32_t shorten_slice(std::int32_t slice_us) noexcept;

/// Memory that the process frees stays with it for the next time: giving it back and faulting it in again
/// takes 10 us a page on a virtual machine.
void keep_freed_memory() noexcept;

/// Gives the calling thread's priority up: for what is done after the last frame, which must not keep others
/// from theirs. A role under the seccomp filter is not allowed to and keeps its own.
void give_up_priority() noexcept;

/// What the roles were granted: in one line, such as "SCHED_FIFO 50-52, memory locked", and by role.
std::string scheduling_text(const shm::Session& session);
nlohmann::json scheduling_json(const shm::Session& session);

}  // namespace towfish::process
