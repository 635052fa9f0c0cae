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
  // A terminal that goes away is a reason to end in order, unless that was not to be heard of (nohup); one
  // that nobody reads any more is no reason at all.
  struct sigaction before {};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int stop_signals() noexcept {
  return signals.load(std::memory_order_relaxed);
}

}  // namespace towfish::process
