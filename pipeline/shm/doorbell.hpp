#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace towfish::shm {

/// How long a waiter spins before it sleeps. Waits resemble the one before: after a short one it pays to spin
/// longer than a wake-up takes (about 50 us on a virtual machine), after a long one to leave the core to the
/// process that is waited for. One for each waiter, in its own memory. Thread: the waiter's.
class Patience {
 public:
  static constexpr std::chrono::nanoseconds kLeast{5000};
  static constexpr std::chrono::nanoseconds kMost{100'000};

  std::chrono::nanoseconds spin() const noexcept { return spin_; }
  void waited(std::chrono::nanoseconds duration) noexcept { spin_ = duration < kMost ? kMost : kLeast; }

 private:
  std::chrono::nanoseconds spin_ = kLeast;
};

/// What a process sleeps on in shared memory: one futex word per consumer process, whatever the number of its
/// rings.
///
/// Timers fire late, by 100 to 200 us on a virtual machine: a wait shorter than kWorthSleeping is spun
/// through, so that it ends in time.
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
  static constexpr std::chrono::nanoseconds kWorthSleeping{300'000};

  /// Wakes the waiter, if there is one. Call after the change.
  void ring() noexcept {
    if (waiting_.fetch_add(0, std::memory_order_acq_rel) == 0) return;
    wake();
  }

  /// Returns true as soon as ready(); false after `timeout` of CLOCK_MONOTONIC, or earlier when rung for
  /// something else or interrupted by a signal.
  template <class Ready>
  bool wait(Ready ready, std::chrono::nanoseconds timeout, Patience& patience) noexcept {
    const auto start = std::chrono::steady_clock::now();
    const bool came = timeout < kWorthSleeping
                          ? spin(ready, start + timeout)
                          : spin(ready, start + patience.spin()) || sleep_unless(ready, timeout);
    patience.waited(std::chrono::steady_clock::now() - start);
    return came;
  }
  template <class Ready>
  bool wait(Ready ready, std::chrono::nanoseconds timeout) noexcept {
    Patience least;
    return wait(ready, timeout, least);
  }

 private:
  template <class Ready>
  static bool spin(Ready& ready, std::chrono::steady_clock::time_point end) noexcept {
    do {
      if (ready()) return true;
      for (int i = 0; i < 8; ++i) pause();
    } while (std::chrono::steady_clock::now() < end);
    return false;
  }
  template <class Ready>
  bool sleep_unless(Ready& ready, std::chrono::nanoseconds timeout) noexcept {
    const std::uint32_t heard = rings_.load(std::memory_order_acquire);
    waiting_.exchange(1, std::memory_order_acq_rel);
    const bool came = ready();
    if (!came) sleep(heard, timeout);
    waiting_.store(0, std::memory_order_relaxed);
    return came || ready();
  }

  static void pause() noexcept;
  void wake() noexcept;
  void sleep(std::uint32_t heard, std::chrono::nanoseconds timeout) noexcept;

  std::atomic<std::uint32_t> rings_{0};
  std::atomic<std::uint32_t> waiting_{0};
};
static_assert(sizeof(Doorbell) == 8 && std::atomic<std::uint32_t>::is_always_lock_free);

}  // namespace towfish::shm
