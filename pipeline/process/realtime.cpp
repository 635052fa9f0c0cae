#include "pipeline/process/realtime.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <sched.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace towfish::process {

namespace {

constexpr std::array kFrameRoles{shm::Role::source, shm::Role::port_detector, shm::Role::starboard_detector,
                                 shm::Role::fusion};

void refused(std::string_view what, std::string_view instead) {
  spdlog::warn("{}: {}: {}; 'towfish doctor' tells what this machine allows", what, std::strerror(errno),
               instead);
}

bool pin(std::int32_t cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (sched_setaffinity(0, sizeof set, &set) == 0) return true;
  refused(fmt::format("cannot be pinned to CPU {}", cpu), "any CPU is used");
  return false;
}

bool raise_priority(std::int32_t priority) {
  const sched_param wanted{.sched_priority = priority};
  // Children are ordinary processes again.
  if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) == 0) return true;
  refused(fmt::format("SCHED_FIFO priority {} is refused", priority), "SCHED_OTHER is used");
  return false;
}

/// As the kernel takes it (sched_setattr(2)); the C library of Debian 12 declares none.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

bool lock_memory() {
  keep_freed_memory();
  if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0) return true;
  refused("memory cannot be locked", "pages may have to be faulted in");
  return false;
}

}  // namespace

Scheduling scheduling_of(shm::Role role, const RealtimeSettings& settings,
                         std::span<const std::int32_t> allowed) noexcept {
  const auto above = [&settings](std::int32_t step) {
    return settings.priority == 0 ? 0 : settings.priority + step;
  };
  // A kernel that is not told how the cores share caches (a virtual machine's, often) wakes a process where
  // it ran last: two detectors that once ran on one core keep to it, one after the other, while another is
  // idle.
  const bool apart =
      settings.detectors_apart && settings.port_cpu < 0 && settings.starboard_cpu < 0 && allowed.size() > 1;
  switch (role) {
    case shm::Role::source:
      return {settings.source_cpu, above(2), settings.lock_memory, settings.slice_us};
    case shm::Role::port_detector:
      return {apart ? allowed[allowed.size() - 2] : settings.port_cpu, above(0), settings.lock_memory,
              settings.slice_us};
    case shm::Role::starboard_detector:
      return {apart ? allowed.back() : settings.starboard_cpu, above(0), settings.lock_memory,
              settings.slice_us};
    case shm::Role::fusion:
      return {settings.fusion_cpu, above(1), settings.lock_memory, settings.slice_us};
    default:
      return {};
  }
}

std::vector<std::int32_t> allowed_cpus() {
  std::vector<std::int32_t> cpus;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (std::int32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

void apply(const Scheduling& wanted, shm::RoleRow& row) {
  const bool locked = wanted.lock_memory && lock_memory();
  const bool pinned = wanted.cpu >= 0 && pin(wanted.cpu);
  const bool raised = wanted.priority > 0 && raise_priority(wanted.priority);
  row.memory_locked.store(locked ? 1 : 0, std::memory_order_relaxed);
  row.pinned_cpu.store(pinned ? wanted.cpu + 1 : 0, std::memory_order_relaxed);
  row.fifo_priority.store(raised ? wanted.priority : 0, std::memory_order_relaxed);
  row.slice_us.store(raised ? 0 : shorten_slice(wanted.slice_us), std::memory_order_relaxed);
}

std::int32_t shorten_slice(std::int32_t slice_us) noexcept {
  if (slice_us == 0) return 0;
  SchedulingAttributes attributes;
  attributes.nice = getpriority(PRIO_PROCESS, 0);
  attributes.runtime_ns = static_cast<std::uint64_t>(slice_us) * 1000;
  if (syscall(SYS_sched_setattr, 0, &attributes, 0) != 0) return 0;
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return 0;
  return static_cast<std::int32_t>(attributes.runtime_ns / 1000);
}

void keep_freed_memory() noexcept {
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_MMAP_MAX, 0);
}

void give_up_priority() noexcept {
  const sched_param none{.sched_priority = 0};
  sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none);
}

std::string scheduling_text(const shm::Session& session) {
  std::int32_t least = 99;
  std::int32_t most = 0;
  std::int32_t slice_us = 0;
  bool locked = true;
  std::string pinned;
  for (const shm::Role role : kFrameRoles) {
    const shm::RoleRow& row = session.row(role);
    least = std::min(least, row.fifo_priority.load(std::memory_order_relaxed));
    most = std::max(most, row.fifo_priority.load(std::memory_order_relaxed));
    slice_us = std::max(slice_us, row.slice_us.load(std::memory_order_relaxed));
    locked = locked && row.memory_locked.load(std::memory_order_relaxed) != 0;
    if (const auto cpu = row.pinned_cpu.load(std::memory_order_relaxed); cpu > 0)
      pinned += fmt::format(", {} on CPU {}", shm::name(role), cpu - 1);
  }
  std::string policy = "SCHED_OTHER";
  if (least > 0) {
    policy = fmt::format("SCHED_FIFO {}-{}", least, most);
  } else if (most > 0) {
    policy = "SCHED_FIFO for some roles";
  }
  if (slice_us > 0) policy += fmt::format(", slices of {} us", slice_us);
  return policy + (locked ? ", memory locked" : "") + pinned;
}

nlohmann::json scheduling_json(const shm::Session& session) {
  nlohmann::json roles = nlohmann::json::object();
  for (const shm::Role role : kFrameRoles) {
    const shm::RoleRow& row = session.row(role);
    const auto priority = row.fifo_priority.load(std::memory_order_relaxed);
    const auto cpu = row.pinned_cpu.load(std::memory_order_relaxed);
    roles[std::string(shm::name(role))] = {
        {"policy", priority > 0 ? "SCHED_FIFO" : "SCHED_OTHER"},
        {"priority", priority},
        {"slice_us", row.slice_us.load(std::memory_order_relaxed)},
        {"cpu", cpu > 0 ? nlohmann::json(cpu - 1) : nlohmann::json()},
        {"memory_locked", row.memory_locked.load(std::memory_order_relaxed) != 0}};
  }
  return roles;
}

}  // namespace towfish::process
