#include "pipeline/latency/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace towfish::latency {

std::uint64_t Histogram::upper_edge_ns(std::size_t bucket) noexcept {
  if (bucket < kSub) return bucket;
  const std::size_t shift = bucket / kSub - 1;
  return ((kSub + bucket % kSub + 1) << shift) - 1;
}

std::uint64_t Histogram::middle_ns(std::size_t bucket) noexcept {
  if (bucket < kSub) return bucket;
  const std::size_t shift = bucket / kSub - 1;
  return ((kSub + bucket % kSub) << shift) + ((std::uint64_t{1} << shift) >> 1);
}

std::uint64_t Histogram::at_quantile(double quantile) const noexcept {
  const std::uint64_t total = count();
  if (total == 0) return 0;
  const auto rank = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(total)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i].load(std::memory_order_relaxed);
    if (seen >= std::max<std::uint64_t>(rank, 1)) return std::min(middle_ns(i), max_ns());
  }
  return max_ns();
}

void Histogram::add(const Histogram& other) noexcept {
  for (std::size_t i = 0; i < kBuckets; ++i) {
    buckets_[i].fetch_add(other.buckets_[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
  }
  count_.fetch_add(other.count(), std::memory_order_relaxed);
  max_ns_.store(std::max(max_ns(), other.max_ns()), std::memory_order_relaxed);
}

void Histogram::add_difference(const Histogram& now, const Histogram& earlier) noexcept {
  std::uint64_t sum = 0;
  std::uint64_t highest_ns = max_ns();
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const std::uint64_t more =
        now.buckets_[i].load(std::memory_order_relaxed) - earlier.buckets_[i].load(std::memory_order_relaxed);
    if (more == 0) continue;
    buckets_[i].fetch_add(more, std::memory_order_relaxed);
    sum += more;
    highest_ns = std::max(highest_ns, std::min(middle_ns(i), now.max_ns()));
  }
  count_.fetch_add(sum, std::memory_order_relaxed);
  max_ns_.store(highest_ns, std::memory_order_relaxed);
}

}  // namespace towfish::latency
