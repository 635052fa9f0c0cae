#pragma once

#include <cstdint>
#include <cstring>
#include <span>

namespace towfish::shm {

/// A payload that betrays loss, repetition and tearing: its number, a length that varies with it, words that
/// follow from both, and a checksum.
class TestFrame {
 public:
  static void write(std::span<std::byte> slot, std::uint64_t sequence) {
    const std::uint64_t words = words_of(sequence, slot.size());
    put(slot, 0, sequence);
    put(slot, 1, words);
    std::uint64_t sum = sequence ^ words;
    for (std::uint64_t i = 2; i + 1 < words; ++i) {
      const std::uint64_t word = mix(sequence * 1024 + i);
      put(slot, i, word);
      sum = mix(sum ^ word);
    }
    put(slot, words - 1, sum);
  }

  static bool is_whole(std::span<const std::byte> slot, std::uint64_t sequence) {
    const std::uint64_t words = words_of(sequence, slot.size());
    if (get(slot, 0) != sequence || get(slot, 1) != words) return false;
    std::uint64_t sum = sequence ^ words;
    for (std::uint64_t i = 2; i + 1 < words; ++i) sum = mix(sum ^ get(slot, i));
    return get(slot, words - 1) == sum;
  }

  static std::uint64_t mix(std::uint64_t x) {  // The finaliser of splitmix64.
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
  }

 private:
  static std::uint64_t words_of(std::uint64_t sequence, std::size_t slot_bytes) {
    return 3 + mix(sequence) % (slot_bytes / sizeof(std::uint64_t) - 2);
  }
  static void put(std::span<std::byte> slot, std::uint64_t word, std::uint64_t value) {
    std::memcpy(&slot[word * sizeof value], &value, sizeof value);
  }
  static std::uint64_t get(std::span<const std::byte> slot, std::uint64_t word) {
    std::uint64_t value = 0;
    std::memcpy(&value, &slot[word * sizeof value], sizeof value);
    return value;
  }
};

}  // namespace towfish::shm
