#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "pipeline/shm/doorbell.hpp"

namespace towfish::shm {

/// The shared part of a ring: indices that count slots since the beginning and never wrap. Each index has one
/// writer; the producer's and the consumer's lie on cache lines of their own.
///
///        freed          read            written
///   ------+--------------+----------------+------+------
///   reuse | kept for a   | published, not | being| reuse
///         | successor    | yet taken      | filled
///
struct RingIndices {
  alignas(64) std::atomic<std::uint64_t> written;  ///< Producer: slots published.
  alignas(64) std::atomic<std::uint64_t> read;     ///< Consumer: slots done with.
  std::atomic<std::uint64_t> freed;                ///< Consumer: slots given back; read - freed are kept.
  alignas(64) std::uint64_t slots;                 ///< Constant.
  std::uint64_t slot_bytes;                        ///< Constant: payload of a slot.
};
static_assert(sizeof(RingIndices) == 192);

/// What stands before the payload of a slot.
struct alignas(64) SlotHeader {
  std::atomic<std::uint64_t> attempts;  ///< How often a consumer has taken it; more than once after deaths.
};
static_assert(sizeof(SlotHeader) == 64);

/// A single-producer single-consumer lane of equal slots in shared memory, filled and read in place.
///
/// The producer always owns the slot behind the last published one, so that there is always a place to write
/// to: of N slots at most N - 1 are published and not given back. A producer that dies while filling has
/// published nothing; its successor fills the same slot anew. A consumer that dies while reading has not
/// moved `read`; its successor takes the same slot again. Slots that the consumer is done with can be kept
/// (not given back) for such a successor: N - 2 of them at the most, so that the producer can always go on.
/// Indices that another process has damaged stop a side (damaged()); they never lead outside the ring.
/// Nothing here blocks, allocates or throws after attach().
class Ring {
 public:
  static constexpr std::uint64_t kMostSlots = 1U << 20;
  static constexpr std::uint64_t kMostSlotBytes = std::uint64_t{1} << 32;

  /// Memory needed; slots >= 2.
  [[nodiscard]] static std::size_t bytes(std::uint64_t slots, std::uint64_t slot_bytes) noexcept;

  /// Makes an empty ring in zeroed memory of bytes() bytes, aligned to 64.
  static Ring format(std::span<std::byte> memory, std::uint64_t slots, std::uint64_t slot_bytes) noexcept;

  /// The ring that stands in this memory; empty when its sizes do not fit into the memory.
  static std::optional<Ring> attach(std::span<std::byte> memory) noexcept;

  [[nodiscard]] std::uint64_t slots() const noexcept { return slots_; }
  [[nodiscard]] std::uint64_t slot_bytes() const noexcept { return slot_bytes_; }
  [[nodiscard]] RingIndices& indices() const noexcept { return *indices_; }
  [[nodiscard]] SlotHeader& header(std::uint64_t index) const noexcept;
  [[nodiscard]] std::span<std::byte> payload(std::uint64_t index) const noexcept;

  /// Published slots that were not yet taken; for monitoring, from any process.
  [[nodiscard]] std::uint64_t waiting() const noexcept;

 private:
  Ring(std::byte* memory, std::uint64_t slots, std::uint64_t slot_bytes) noexcept;

  RingIndices* indices_;
  std::byte* first_slot_;
  std::uint64_t slots_;
  std::uint64_t slot_bytes_;
  std::uint64_t stride_;
};

/// The producer's end. Threads: one producer thread.
class RingWriter {
 public:
  /// `consumer` is rung after each publication.
  RingWriter(Ring ring, Doorbell& consumer) noexcept;

  /// The slot being filled. The same one until it is published.
  [[nodiscard]] std::span<std::byte> loan() const noexcept;

  /// True when publishing would leave no slot to fill: wait for the consumer, or refuse. Also when damaged().
  [[nodiscard]] bool full() noexcept;

  /// Shows the filled slot to the consumer. Only after full() said no.
  void publish() noexcept;

  /// Slots published since the ring was made, by whatever producer.
  [[nodiscard]] std::uint64_t published() const noexcept { return written_; }

  /// The slot published last, as a successor finds it; empty when there was none.
  [[nodiscard]] std::span<const std::byte> last() const noexcept;

  /// True once the consumer's index was seen outside what is possible.
  [[nodiscard]] bool damaged() const noexcept { return damaged_; }

 private:
  void look() noexcept;

  Ring ring_;
  Doorbell* consumer_;
  std::uint64_t written_;
  std::uint64_t freed_seen_ = 0;
  bool damaged_ = false;
};

/// The consumer's end. Threads: one consumer thread.
class RingReader {
 public:
  struct View {
    std::span<const std::byte> payload;
    std::uint64_t index = 0;
    std::uint64_t attempts = 0;  ///< This one included: 1 unless earlier consumers died over it.
  };

  /// `producer` is rung after each release. Finishes what a predecessor killed in release() left undone.
  RingReader(Ring ring, Doorbell& producer) noexcept;

  /// True when there is nothing to take.
  [[nodiscard]] bool empty() noexcept;

  /// The oldest unread slot, which stays unread until release(); empty when there is none. Taken again before
  /// release(), it is the same one and the same attempt.
  [[nodiscard]] std::optional<View> take() noexcept;

  /// The taken slot is done with. Slots from index `keep_from` on (default: none) are kept readable, the
  /// latest slots() - 2 at the most. Only after take().
  void release() noexcept { release(read_ + 1); }
  void release(std::uint64_t keep_from) noexcept;

  /// The slots kept by this consumer or its predecessor are kept_from() .. next() - 1; kept() reads one of
  /// them.
  [[nodiscard]] std::uint64_t kept_from() const noexcept { return freed_; }
  [[nodiscard]] std::uint64_t next() const noexcept { return read_; }
  [[nodiscard]] std::span<const std::byte> kept(std::uint64_t index) const noexcept {
    return ring_.payload(index);
  }
  [[nodiscard]] std::uint64_t attempts(std::uint64_t index) const noexcept;

  /// True once indices were seen outside what is possible: there is nothing to take any more.
  [[nodiscard]] bool damaged() const noexcept { return damaged_; }

 private:
  void give_back(std::uint64_t keep_from) noexcept;

  Ring ring_;
  Doorbell* producer_;
  std::uint64_t read_;
  std::uint64_t freed_;
  std::uint64_t written_seen_;
  bool taken_ = false;
  bool damaged_ = false;
};

}  // namespace towfish::shm
