#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace towfish::shm {

/// What a process sleeps on in shared memory: one futex word per consumer process, whatever the number of its
/// rings.
///
/// A ring of the bell is a hint; the truth is in the indices and flags that ready() looks at. Whoever
/// changes one (a release store is enough) rings afterwards; the sleeper announces itself and then looks
/// again. Both do a read-modify-write of `waiting`, so one comes after the other and sees all that was done
/// before it: either the ringer finds the announcement, or the sleeper finds the change. (A plain load in
/// ring() may be done before the index store has left the store buffer; that wake-up is lost.)
/// A waiter that dies leaves its announcement behind, which costs a system call a ring until its successor
/// waits; a ringer that dies before ringing costs one time-out. Nothing can hang. All zeros is a valid
/// doorbell. Threads: ring() from any thread of any process; wait()
/// from one thread of one process at a time.
class Doorbell {
 public:
  /// Spins this long before sleeping. Longer spinning takes the core from the process that is waited for.
  static constexpr std::chrono::nanoseconds kSpin{5000};

  /// Wakes the waiter, if there is one. Call after the change.
  void ring() noexcept {
    if (waiting_.fetch_add(0, std::memory_order_acq_rel) == 0) return;
    wake();
  }

  /// Returns true as soon as ready(); false after `timeout` of CLOCK_MONOTONIC, or earlier when rung for
  /// something else or interrupted by a signal.
  template <class Ready>
  bool wait(Ready ready, std::chrono::nanoseconds timeout) noexcept {
    if (spin(ready)) return true;
    const std::uint32_t heard = rings_.load(std::memory_order_acquire);
    waiting_.exchange(1, std::memory_order_acq_rel);
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
