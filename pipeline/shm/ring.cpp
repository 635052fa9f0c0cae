#include "pipeline/shm/ring.hpp"

#include <algorithm>
#include <cassert>
#include <new>

namespace towfish::shm {

namespace {

constexpr std::uint64_t kLine = 64;

std::uint64_t stride_of(std::uint64_t slot_bytes) noexcept {
  return sizeof(SlotHeader) + (slot_bytes + kLine - 1) / kLine * kLine;
}

}  // namespace

std::size_t Ring::bytes(std::uint64_t slots, std::uint64_t slot_bytes) noexcept {
  return sizeof(RingIndices) + slots * stride_of(slot_bytes);
}

Ring::Ring(std::byte* memory, std::uint64_t slots, std::uint64_t slot_bytes) noexcept
    : indices_(std::launder(reinterpret_cast<RingIndices*>(memory))),
      first_slot_(memory + sizeof(RingIndices)),
      slots_(slots),
      slot_bytes_(slot_bytes),
      stride_(stride_of(slot_bytes)) {}

Ring Ring::format(std::span<std::byte> memory, std::uint64_t slots, std::uint64_t slot_bytes) noexcept {
  auto* indices = new (memory.data()) RingIndices{};
  indices->slots = slots;
  indices->slot_bytes = slot_bytes;
  Ring ring(memory.data(), slots, slot_bytes);
  for (std::uint64_t i = 0; i < slots; ++i) new (ring.first_slot_ + i * ring.stride_) SlotHeader{};
  return ring;
}

std::optional<Ring> Ring::attach(std::span<std::byte> memory) noexcept {
  if (memory.size() < sizeof(RingIndices)) return std::nullopt;
  const auto* indices = std::launder(reinterpret_cast<const RingIndices*>(memory.data()));
  const std::uint64_t slots = indices->slots;
  const std::uint64_t slot_bytes = indices->slot_bytes;
  if (slots < 2 || slots > kMostSlots || slot_bytes == 0 || slot_bytes > kMostSlotBytes) return std::nullopt;
  if (bytes(slots, slot_bytes) > memory.size()) return std::nullopt;
  return Ring(memory.data(), slots, slot_bytes);
}

SlotHeader& Ring::header(std::uint64_t index) const noexcept {
  return *std::launder(reinterpret_cast<SlotHeader*>(first_slot_ + index % slots_ * stride_));
}

std::span<std::byte> Ring::payload(std::uint64_t index) const noexcept {
  return {first_slot_ + index % slots_ * stride_ + sizeof(SlotHeader), slot_bytes_};
}

std::uint64_t Ring::waiting() const noexcept {
  const std::uint64_t read = indices_->read.load(std::memory_order_acquire);
  const std::uint64_t written = indices_->written.load(std::memory_order_acquire);
  return std::min(written - read, slots_);
}

RingWriter::RingWriter(Ring ring, Doorbell& consumer) noexcept
    : ring_(ring), consumer_(&consumer), written_(ring.indices().written.load(std::memory_order_acquire)) {
  look();
}

void RingWriter::look() noexcept {
  const std::uint64_t freed = ring_.indices().freed.load(std::memory_order_acquire);
  damaged_ = damaged_ || freed < freed_seen_ || freed > written_ || written_ - freed >= ring_.slots();
  if (!damaged_) freed_seen_ = freed;
}

std::span<std::byte> RingWriter::loan() const noexcept {
  return ring_.payload(written_);
}

bool RingWriter::full() noexcept {
  if (damaged_) return true;
  if (written_ - freed_seen_ + 1 < ring_.slots()) return false;
  look();
  return damaged_ || written_ - freed_seen_ + 1 >= ring_.slots();
}

void RingWriter::publish() noexcept {
  assert(!damaged_ && written_ - freed_seen_ + 1 < ring_.slots());
  ring_.header(written_).attempts.store(0, std::memory_order_relaxed);
  ++written_;
  ring_.indices().written.store(written_, std::memory_order_release);
  consumer_->ring();
}

std::span<const std::byte> RingWriter::last() const noexcept {
  if (written_ == 0) return {};
  return ring_.payload(written_ - 1);
}

RingReader::RingReader(Ring ring, Doorbell& producer) noexcept
    : ring_(ring),
      producer_(&producer),
      read_(ring.indices().read.load(std::memory_order_acquire)),
      freed_(ring.indices().freed.load(std::memory_order_acquire)),
      written_seen_(read_),
      damaged_(freed_ > read_ || read_ - freed_ >= ring.slots()) {
  // A predecessor killed between its two stores in release() has kept one slot more than it may: with all
  // others published and read, producer and consumer would wait for each other for ever.
  if (damaged_) {
    freed_ = read_;
  } else {
    give_back(freed_);
  }
}

bool RingReader::empty() noexcept {
  if (damaged_) return true;
  if (written_seen_ != read_) return false;
  const std::uint64_t written = ring_.indices().written.load(std::memory_order_acquire);
  damaged_ = written < read_ || written - freed_ >= ring_.slots();
  if (!damaged_) written_seen_ = written;
  return written_seen_ == read_;
}

std::optional<RingReader::View> RingReader::take() noexcept {
  if (empty()) return std::nullopt;
  auto& attempts = ring_.header(read_).attempts;
  if (!taken_) {
    attempts.store(attempts.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    // Counted before the payload is looked at: reading it may be what kills this process.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    taken_ = true;
  }
  return View{ring_.payload(read_), read_, attempts.load(std::memory_order_relaxed)};
}

void RingReader::release(std::uint64_t keep_from) noexcept {
  assert(taken_);
  taken_ = false;
  ++read_;
  ring_.indices().read.store(read_, std::memory_order_release);
  give_back(keep_from);
}

void RingReader::give_back(std::uint64_t keep_from) noexcept {
  const std::uint64_t most_kept = std::min(read_ - freed_, ring_.slots() - 2);
  freed_ = std::clamp(keep_from, read_ - most_kept, read_);
  ring_.indices().freed.store(freed_, std::memory_order_release);
  producer_->ring();
}

std::uint64_t RingReader::attempts(std::uint64_t index) const noexcept {
  return ring_.header(index).attempts.load(std::memory_order_relaxed);
}

}  // namespace towfish::shm
