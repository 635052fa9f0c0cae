#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace towfish::latency {

/// A log-linear histogram of durations that lives in shared memory.
///
/// Every octave has 64 equal buckets, so a value read back is within 1/128 (0.8 %) of the one recorded; below
/// 64 ns it is exact. Range 0 ns to 2^41 ns (36 min); longer ones count in the last bucket, shorter than 0 in
/// the first. All zeros is an empty histogram. The maximum is kept exactly. Threads: record() from one thread
/// of one process; everything else from any, while recording goes on.
class Histogram {
 public:
  void record(std::int64_t duration_ns) noexcept {
    const std::uint64_t value = duration_ns > 0 ? static_cast<std::uint64_t>(duration_ns) : 0;
    bump(buckets_[bucket_of(value)]);
    bump(count_);
    if (value > max_ns_.load(std::memory_order_relaxed)) max_ns_.store(value, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t max_ns() const noexcept { return max_ns_.load(std::memory_order_relaxed); }

  /// The smallest duration that a share `quantile` (0..1) of all recorded ones does not exceed; 0 when empty.
  [[nodiscard]] std::uint64_t at_quantile(double quantile) const noexcept;

  /// Adds what `other` holds: to merge sides in a report. Not for one that is being recorded into.
  void add(const Histogram& other) noexcept;

  /// Adds what `now` holds and `earlier`, an older copy of it, does not. The maximum is the upper edge of the
  /// highest bucket that grew.
  void add_difference(const Histogram& now, const Histogram& earlier) noexcept;

  /// Calls visit(upper edge in ns, count) for every bucket that is not empty, in rising order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < kBuckets; ++i) {
      const std::uint64_t count = buckets_[i].load(std::memory_order_relaxed);
      if (count > 0) visit(upper_edge_ns(i), count);
    }
  }

 private:
  static constexpr unsigned kSubBits = 6;
  static constexpr std::uint64_t kSub = 1U << kSubBits;
  static constexpr unsigned kHighestBit = 40;
  static constexpr std::size_t kBuckets = (kHighestBit - kSubBits + 2) * kSub;

  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < kSub) return value;
    const unsigned highest = static_cast<unsigned>(std::bit_width(value)) - 1;
    if (highest > kHighestBit) return kBuckets - 1;
    const unsigned shift = highest - kSubBits;
    return (shift + 1) * kSub + ((value >> shift) - kSub);
  }
  static std::uint64_t middle_ns(std::size_t bucket) noexcept;
  static std::uint64_t upper_edge_ns(std::size_t bucket) noexcept;
  static void bump(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t> count_{0};
  std::atomic<std::uint64_t> max_ns_{0};
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace towfish::latency
