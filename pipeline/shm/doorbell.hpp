#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace towfish::shm {

/// What a process sleeps on in shared memory: one futex word per consumer process, whatever the number of its
/// rings.
///
/// A ring of the bell is a hint; the truth is in the ring buffers' indices. Whoever changes an index stores
/// it sequentially consistent and then rings; the sleeper announces itself sequentially consistent and then
/// looks at the indices again: in the single order of those four accesses one side must see the other, so no
/// wake-up is lost. A waiter that dies leaves its announcement behind, which costs its successor's neighbours
/// a system call a ring until the successor waits; a ringer that dies before ringing costs one time-out.
/// Nothing can hang. All zeros is a valid doorbell. Threads: ring() from any thread of any process; wait()
/// from one thread of one process at a time.
class Doorbell {
 public:
  /// Spins this long before sleeping. Longer spinning takes the core from the process that is waited for.
  static constexpr std::chrono::nanoseconds kSpin{5000};

  /// Wakes the waiter, if there is one. Call after the index store.
  void ring() noexcept {
    if (waiting_.load(std::memory_order_seq_cst) == 0) return;
    wake();
  }

  /// Returns true as soon as ready(); false after `timeout` of CLOCK_MONOTONIC, or earlier when rung for
  /// something else or interrupted by a signal. What ready() looks at is loaded sequentially consistent.
  template <class Ready>
  bool wait(Ready ready, std::chrono::nanoseconds timeout) noexcept {
    if (spin(ready)) return true;
    const std::uint32_t heard = rings_.load(std::memory_order_relaxed);
    waiting_.store(1, std::memory_order_seq_cst);
    const bool came = ready();
    if (!came) sleep(heard, timeout);
    waiting_.store(0, std::memory_order_relaxed);
    return came || ready();
  }

 private:
  template <class Ready>
  static bool spin(Ready& ready) noexcept {
    const auto end = std::chrono::steady_clock::now() + kSpin;
    do {
      if (ready()) return true;
      for (int i = 0; i < 8; ++i) pause();
    } while (std::chrono::steady_clock::now() < end);
    return false;
  }
  static void pause() noexcept;
  void wake() noexcept;
  void sleep(std::uint32_t heard, std::chrono::nanoseconds timeout) noexcept;

  std::atomic<std::uint32_t> rings_{0};
  std::atomic<std::uint32_t> waiting_{0};
};
static_assert(sizeof(Doorbell) == 8 && std::atomic<std::uint32_t>::is_always_lock_free);

}  // namespace towfish::shm
