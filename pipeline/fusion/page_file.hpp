#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

namespace towfish {

/// Bytes put aside in a nameless file, which goes with the process however it ends.
///
/// Pages that were taken back are used again, so the file is never larger than the most that was aside at one
/// time. Threads: one thread.
class PageFile {
 public:
  /// In `folder`; nothing is made before the first put().
  explicit PageFile(std::filesystem::path folder) : folder_(std::move(folder)) {}
  PageFile(PageFile&& other) noexcept;
  PageFile& operator=(PageFile&& other) = delete;
  ~PageFile();

  /// Where bytes are kept.
  struct Place {
    std::vector<std::uint32_t> pages;
    std::size_t bytes = 0;
    [[nodiscard]] bool empty() const noexcept { return bytes == 0; }
  };
  /// None if there is no room: then keep them.
  [[nodiscard]] std::optional<Place> put(std::span<const std::uint8_t> bytes);
  /// Takes them back; the place is empty afterwards. Throws std::runtime_error if the disk fails.
  [[nodiscard]] std::vector<std::uint8_t> take(Place& place);

 private:
  static constexpr std::size_t kPageBytes = 4096;
  [[nodiscard]] bool open();

  std::filesystem::path folder_;
  int file_ = -1;
  bool failed_ = false;
  std::uint32_t pages_ = 0;
  std::vector<std::uint32_t> free_;
};

}  // namespace towfish
