#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace towfish::shm {

/// A small struct in shared memory that changes as a whole: whenever its writer is killed, the successor
/// finds the last value that was stored completely. All zeros is a stored value of all zeros.
///
/// Threads: store() from one thread of one process; load() from any. A load that overlaps two stores is
/// repeated.
template <class T>
class Checkpoint {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % sizeof(std::uint64_t) == 0);
  static constexpr std::size_t kWords = sizeof(T) / sizeof(std::uint64_t);

 public:
  void store(const T& value) noexcept {
    const std::uint64_t next = version_.load(std::memory_order_relaxed) + 1;
    const auto words = std::bit_cast<std::array<std::uint64_t, kWords>>(value);
    for (std::size_t i = 0; i < kWords; ++i) copies_[next % 2][i].store(words[i], std::memory_order_release);
    version_.store(next, std::memory_order_release);
  }

  [[nodiscard]] T load() const noexcept {
    for (;;) {
      const std::uint64_t before = version_.load(std::memory_order_acquire);
      std::array<std::uint64_t, kWords> words;
      // A word of a later store was released after that store's predecessor moved the version, which is then
      // seen below.
      for (std::size_t i = 0; i < kWords; ++i)
        words[i] = copies_[before % 2][i].load(std::memory_order_acquire);
      // The writer works on the other copy, so this one is torn only if a second store began meanwhile.
      if (version_.load(std::memory_order_relaxed) == before) return std::bit_cast<T>(words);
    }
  }

 private:
  std::atomic<std::uint64_t> version_{0};
  std::array<std::array<std::atomic<std::uint64_t>, kWords>, 2> copies_{};
};

}  // namespace towfish::shm
