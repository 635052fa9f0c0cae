#pragma once

#include <sys/mman.h>

#include <cstring>
#include <new>
#include <span>

#include "pipeline/shm/ring.hpp"

namespace towfish::shm {

/// Memory that forked processes share.
class SharedMemory {
 public:
  explicit SharedMemory(std::size_t bytes)
      : memory_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), bytes) {}
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { munmap(memory_.start, memory_.bytes); }

  [[nodiscard]] std::span<std::byte> bytes() const {
    return {static_cast<std::byte*>(memory_.start), memory_.bytes};
  }

 private:
  struct Mapping {
    Mapping(void* at, std::size_t length) : start(at), bytes(length) {}
    void* start;
    std::size_t bytes;
  } memory_;
};

/// A ring with the doorbells of both its ends, in memory that forked processes share.
class TestLane {
 public:
  TestLane(std::uint64_t slots, std::uint64_t slot_bytes)
      : memory_(kRingAt + Ring::bytes(slots, slot_bytes)),
        bells_(new (memory_.bytes().data()) Bells{}),
        ring_(Ring::format(memory_.bytes().subspan(kRingAt), slots, slot_bytes)) {}

  [[nodiscard]] Ring ring() const { return ring_; }
  [[nodiscard]] std::span<std::byte> memory() const { return memory_.bytes().subspan(kRingAt); }
  [[nodiscard]] Doorbell& consumer_bell() const { return bells_->consumer; }
  [[nodiscard]] Doorbell& producer_bell() const { return bells_->producer; }
  [[nodiscard]] RingWriter writer() const { return {ring_, bells_->consumer}; }
  [[nodiscard]] RingReader reader() const { return {ring_, bells_->producer}; }

 private:
  static constexpr std::size_t kRingAt = 128;
  struct Bells {
    alignas(64) Doorbell consumer;
    alignas(64) Doorbell producer;
  };
  static_assert(sizeof(Bells) == kRingAt);

  SharedMemory memory_;
  Bells* bells_;
  Ring ring_;
};

}  // namespace towfish::shm
