#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "pipeline/sonar/view_row.hpp"

namespace towfish::shm {

/// The last rows that one side showed, in shared memory: the writer overwrites the oldest and never looks at
/// who reads; a reader finds each row whole or not at all.
///
/// Every slot carries the number of the row that it holds, odd while that row is being written. A writer that
/// dies in a row has not counted it; its successor writes the same row anew. Nothing here blocks, allocates
/// or throws. Threads: push() from one thread of one process; read() from any number of others.
class ViewRing {
 public:
  static constexpr std::uint64_t kMostRows = 1U << 20;

  /// Memory needed; 1 <= rows <= kMostRows.
  [[nodiscard]] static std::size_t bytes(std::uint64_t rows) noexcept;
  /// Makes an empty ring in zeroed memory of bytes() bytes, aligned to 64.
  static ViewRing format(std::span<std::byte> memory, std::uint64_t rows) noexcept;
  /// The ring that stands in this memory; empty when it does not fit into it.
  static std::optional<ViewRing> attach(std::span<std::byte> memory) noexcept;

  void push(const ViewRow& row) noexcept;

  /// Rows pushed since the ring was made.
  [[nodiscard]] std::uint64_t written() const noexcept;
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

  /// Row number `index` (0 = the first ever pushed); false when it is not there yet or has been overwritten.
  /// `columns` of what is read is within bounds whatever stands in memory.
  [[nodiscard]] bool read(std::uint64_t index, ViewRow& row) const noexcept;

 private:
  static constexpr std::size_t kWords = sizeof(ViewRow) / sizeof(std::uint64_t);
  static_assert(sizeof(ViewRow) % sizeof(std::uint64_t) == 0);
  struct Header {
    alignas(64) std::atomic<std::uint64_t> written;
    std::uint64_t rows;
  };
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> version;  ///< 2 n + 2: holds row n; 2 n + 1: row n is being written.
    std::atomic<std::uint64_t> words[kWords];
  };
  ViewRing(std::byte* memory, std::uint64_t rows) noexcept;

  Header* header_;
  Slot* slots_;
  std::uint64_t rows_;
};

}  // namespace towfish::shm
