#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "pipeline/shm/patience.hpp"

namespace towfish::shm {

/// What a process sleeps on in shared memory: one futex word per consumer process, whatever the number of its
/// rings.
///
/// Timers fire late, by 100 to 200 us on a virtual machine: a wait shorter than kWorthSleeping is spun
/// through, so that it ends in time. Before longer ones, and for what comes regularly, it is awake but leaves
/// the core to others (Patience).
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
  static constexpr std::chrono::nanoseconds kWorthSleeping = Patience::kAhead;

  /// Wakes the waiter, if there is one. Call after the change.
  void ring() noexcept {
    if (waiting_.fetch_add(0, std::memory_order_acq_rel) == 0) return;
    wake();
  }

  /// Returns true as soon as ready(); false after `timeout` of CLOCK_MONOTONIC, or earlier when rung for
  /// something else, interrupted by a signal, or awake for what did not come when expected.
  template <class Ready>
  bool wait(Ready ready, std::chrono::nanoseconds timeout, Patience& patience) noexcept {
    const auto start = Patience::Clock::now();
    bool came = false;
    if (timeout < kWorthSleeping) {
      came = spin(ready, start + timeout);
    } else if (patience.stays_awake(start)) {
      came = yield(ready, std::min(start + timeout, patience.awake_until()));
    } else {
      came =
          yield(ready, start + patience.awake_for()) || sleep_unless(ready, patience.sleep(start, timeout));
    }
    if (came) patience.came(start, Patience::Clock::now());
    return came;
  }
  template <class Ready>
  bool wait(Ready ready, std::chrono::nanoseconds timeout) noexcept {
    Patience least;
    return wait(ready, timeout, least);
  }

 private:
  template <class Ready>
  static bool spin(Ready& ready, Patience::Clock::time_point end) noexcept {
    do {
      if (ready()) return true;
      for (int i = 0; i < 8; ++i) pause();
    } while (Patience::Clock::now() < end);
    return false;
  }
  /// Spins, but leaves the core to whoever wants it.
  template <class Ready>
  static bool yield(Ready& ready, Patience::Clock::time_point end) noexcept {
    do {
      if (ready()) return true;
      yield();
    } while (Patience::Clock::now() < end);
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
  static void yield() noexcept;
  void wake() noexcept;
  void sleep(std::uint32_t heard, std::chrono::nanoseconds timeout) noexcept;

  std::atomic<std::uint32_t> rings_{0};
  std::atomic<std::uint32_t> waiting_{0};
};
static_assert(sizeof(Doorbell) == 8 && std::atomic<std::uint32_t>::is_always_lock_free);

}  // namespace towfish::shm
