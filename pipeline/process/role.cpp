#include "pipeline/process/role.hpp"

#include <algorithm>
#include <chrono>

namespace towfish::process {

namespace {

constexpr std::int64_t kLookAround_ns = 100'000'000;

void add(std::atomic<std::uint64_t>& counter, std::int64_t amount) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(amount),
                std::memory_order_relaxed);
}

}  // namespace

bool run(RoleWork& work, shm::RoleRow& row, const std::function<bool()>& stop) {
  row.state.store(shm::RoleState::running, std::memory_order_release);
  std::int64_t look_around_ns = 0;
  shm::Patience patience;
  std::int64_t now = shm::monotonic_ns();
  for (;;) {
    if (now >= look_around_ns) {
      if (stop()) return false;
      look_around_ns = now + kLookAround_ns;
    }
    row.heartbeat_ns.store(now, std::memory_order_relaxed);
    const Step step = work.step();
    const std::int64_t after = shm::monotonic_ns();
    add(row.busy_ns, after - now);
    if (step == Step::ended) break;
    if (step == Step::idle) {
      const std::int64_t until = std::min(work.wake_at_ns(), look_around_ns);
      row.doorbell.wait([&work] { return work.ready(); },
                        std::chrono::nanoseconds(std::max<std::int64_t>(until - after, 0)), patience);
    }
    now = shm::monotonic_ns();
    add(row.wait_ns, now - after);
  }
  row.state.store(shm::RoleState::ended, std::memory_order_release);
  return true;
}

}  // namespace towfish::process
