#include "pipeline/shm/view_ring.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <new>

namespace towfish::shm {

std::size_t ViewRing::bytes(std::uint64_t rows) noexcept {
  return sizeof(Header) + rows * sizeof(Slot);
}

ViewRing::ViewRing(std::byte* memory, std::uint64_t rows) noexcept
    : header_(std::launder(reinterpret_cast<Header*>(memory))),
      slots_(std::launder(reinterpret_cast<Slot*>(memory + sizeof(Header)))),
      rows_(rows) {}

ViewRing ViewRing::format(std::span<std::byte> memory, std::uint64_t rows) noexcept {
  ViewRing ring(memory.data(), rows);
  ring.header_->rows = rows;
  return ring;
}

std::optional<ViewRing> ViewRing::attach(std::span<std::byte> memory) noexcept {
  if (memory.size() < sizeof(Header)) return std::nullopt;
  const std::uint64_t rows = std::launder(reinterpret_cast<const Header*>(memory.data()))->rows;
  if (rows == 0 || rows > kMostRows || bytes(rows) > memory.size()) return std::nullopt;
  return ViewRing(memory.data(), rows);
}

void ViewRing::push(const ViewRow& row) noexcept {
  const std::uint64_t index = header_->written.load(std::memory_order_relaxed);
  Slot& slot = slots_[index % rows_];
  slot.version.store(2 * index + 1, std::memory_order_relaxed);
  const auto words = std::bit_cast<std::array<std::uint64_t, kWords>>(row);
  const std::size_t used = (offsetof(ViewRow, pixels) + row.columns + 7) / 8;
  for (std::size_t i = 0; i < std::min(used, kWords); ++i) {
    slot.words[i].store(words[i], std::memory_order_release);
  }
  slot.version.store(2 * index + 2, std::memory_order_release);
  header_->written.store(index + 1, std::memory_order_release);
}

std::uint64_t ViewRing::written() const noexcept {
  return header_->written.load(std::memory_order_acquire);
}

bool ViewRing::read(std::uint64_t index, ViewRow& row) const noexcept {
  const Slot& slot = slots_[index % rows_];
  if (slot.version.load(std::memory_order_acquire) != 2 * index + 2) return false;
  std::array<std::uint64_t, kWords> words;
  for (std::size_t i = 0; i < kWords; ++i) words[i] = slot.words[i].load(std::memory_order_acquire);
  // A word of a later row was released after the version moved, which is then seen here.
  if (slot.version.load(std::memory_order_relaxed) != 2 * index + 2) return false;
  row = std::bit_cast<ViewRow>(words);
  row.columns = std::min<std::uint32_t>(row.columns, ViewRow::kMostColumns);
  return true;
}

}  // namespace towfish::shm
