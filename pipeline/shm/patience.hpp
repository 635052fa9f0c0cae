#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace towfish::shm {

/// How a waiter waits, learned from its waits before. One for each waiter, in its own memory. Thread: the
/// waiter's.
///
/// How long it stays awake before it sleeps: waits resemble the one before. After a short one it pays to look
/// again for longer than a wake-up takes (about 50 us on a virtual machine), after a long one it does not.
/// Either way the core is left to whoever wants it: with fewer cores than roles that is the one that is
/// waited for.
///
/// When it is awake again: what has come twice at the same interval is expected at that interval once more
/// and awaited awake from kAhead before until kAhead after, so that it wakes nobody: a wake-up takes 10 to
/// 200 us of both, and a virtual core has been seen to stand still for milliseconds after waking another one.
/// One that is late leaves the next expected when it was: it was the machine that held it up.
/// Intervals shorter than kLeastInterval are not learned, so at most a seventh of a core is spent on it.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::nanoseconds kLeast{5000};
  static constexpr std::chrono::nanoseconds kMost{100'000};
  static constexpr std::chrono::nanoseconds kAhead{300'000};
  static constexpr std::chrono::nanoseconds kLeastInterval{4'000'000};

  /// What was waited for since then has come now.
  void came(Clock::time_point since, Clock::time_point now) noexcept {
    awake_for_ = now - since < kMost && !stays_awake(since) ? kMost : kLeast;
    late_ = !late_ && now >= awake_until() && now < expected_ + interval_ / 2;
    if (late_) {
      last_ = std::exchange(expected_, expected_ + interval_);
      return;
    }
    const auto interval = now - last_;
    const bool regular = interval >= kLeastInterval && std::chrono::abs(interval - interval_) < kAhead;
    expected_ = regular ? now + interval : Clock::time_point{};
    interval_ = interval;
    last_ = now;
  }

  std::chrono::nanoseconds awake_for() const noexcept { return awake_for_; }

  /// How long a wait that begins now may sleep, if it may.
  std::chrono::nanoseconds sleep(Clock::time_point now, std::chrono::nanoseconds timeout) const noexcept {
    const auto ahead = expected_ - kAhead - now;
    return ahead > ahead.zero() ? std::min(ahead, timeout) : timeout;
  }
  bool stays_awake(Clock::time_point now) const noexcept {
    return now >= expected_ - kAhead && now < awake_until();
  }
  Clock::time_point awake_until() const noexcept { return expected_ + kAhead; }

 private:
  std::chrono::nanoseconds awake_for_ = kLeast;
  Clock::time_point last_;
  std::chrono::nanoseconds interval_{};
  Clock::time_point expected_;  ///< Long ago when nothing is expected.
  bool late_ = false;           ///< The one before.
};

}  // namespace towfish::shm
