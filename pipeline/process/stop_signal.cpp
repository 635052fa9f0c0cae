#include "pipeline/process/stop_signal.hpp"

#include <atomic>
#include <csignal>

namespace towfish::process {

namespace {
std::atomic<int> signals{0};
static_assert(std::atomic<int>::is_always_lock_free);
}  // namespace

void catch_stop_signals() noexcept {
  struct sigaction action {};
  action.sa_handler = [](int) { signals.fetch_add(1, std::memory_order_relaxed); };
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int stop_signals() noexcept {
  return signals.load(std::memory_order_relaxed);
}

}  // namespace towfish::process
