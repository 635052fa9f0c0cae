#include "pipeline/shm/doorbell.hpp"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace towfish::shm {

// FUTEX_WAIT takes a relative time-out on CLOCK_MONOTONIC; no FUTEX_PRIVATE_FLAG, since processes share the
// word.
static long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
                  const timespec* timeout) noexcept {
  return syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation, value, timeout, nullptr, 0);
}

void Doorbell::pause() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

void Doorbell::yield() noexcept {
  sched_yield();
}

void Doorbell::wake() noexcept {
  rings_.fetch_add(1, std::memory_order_release);
  futex(rings_, FUTEX_WAKE, INT_MAX, nullptr);
}

void Doorbell::sleep(std::uint32_t heard, std::chrono::nanoseconds timeout) noexcept {
  if (timeout <= std::chrono::nanoseconds::zero()) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const timespec limit{.tv_sec = seconds.count(), .tv_nsec = (timeout - seconds).count()};
  futex(rings_, FUTEX_WAIT, heard, &limit);
}

}  // namespace towfish::shm
