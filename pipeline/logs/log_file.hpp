#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace towfish {

/// Bytes with typed access at offsets. What lies outside reads as zero, so a lying length cannot do harm.
class Fields {
 public:
  Fields() = default;
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  requires std::is_arithmetic_v<T>
  [[nodiscard]] T little(std::size_t at) const noexcept {
    return read<T>(at, std::endian::native == std::endian::little);
  }
  template <class T>
  requires std::is_arithmetic_v<T>
  [[nodiscard]] T big(std::size_t at) const noexcept {
    return read<T>(at, std::endian::native == std::endian::big);
  }
  [[nodiscard]] std::uint8_t u8(std::size_t at) const noexcept { return little<std::uint8_t>(at); }
  /// Fixed-length text up to its first NUL, blanks at the end removed, unprintable characters as '?'.
  [[nodiscard]] std::string text(std::size_t at, std::size_t length) const;
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
  /// The rest from `at`; empty past the end.
  [[nodiscard]] Fields from(std::size_t at) const noexcept {
    return Fields(at < bytes_.size() ? bytes_.subspan(at) : std::span<const std::byte>{});
  }

 private:
  template <class T>
  [[nodiscard]] T read(std::size_t at, bool as_is) const noexcept {
    if (at > bytes_.size() || bytes_.size() - at < sizeof(T)) return T{};
    std::array<std::byte, sizeof(T)> raw;
    std::memcpy(raw.data(), bytes_.data() + at, sizeof(T));
    if (!as_is) {
      for (std::size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(raw[i], raw[sizeof(T) - 1 - i]);
    }
    return std::bit_cast<T>(raw);
  }

  std::span<const std::byte> bytes_;
};

/// Some bytes of a file.
struct FileBlock {
  std::vector<std::byte> buffer;
  std::uint64_t start = 0;
  std::size_t filled = 0;

  [[nodiscard]] bool covers(std::uint64_t offset, std::size_t size) const noexcept {
    return offset >= start && offset + size <= start + filled;
  }
};

/// A regular file open for reading, of the size that it had when it was opened. Threads: one thread.
class LogFile {
 public:
  /// Throws InputError: absent, not allowed, a directory, a pipe or a device.
  explicit LogFile(std::filesystem::path path);
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile();

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Reads at `offset`, as many bytes as are there; fewer where the file has become shorter meanwhile.
  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::byte> out) const noexcept;
  /// `size` bytes at `offset`.
  void read(std::uint64_t offset, std::size_t size, FileBlock& out) const;

 private:
  friend class FileWindow;
  /// The blocks that were read ahead last, for all windows: whoever reads headers ahead of samples leaves
  /// them the samples.
  static constexpr std::size_t kBlocks = 4;

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  mutable std::array<FileBlock, kBlocks> blocks_;
  mutable std::size_t oldest_block_ = 0;
};

/// A window that slides over a file: read-ahead for sequential access, and no mapping that could raise SIGBUS
/// when somebody truncates the file. Memory: four blocks for all windows over a file, or the largest pieces
/// asked for, and some skimmed headers for each. Threads: that of the file.
///
/// A request that lies far behind the one before reads little more than asked for: headers between long
/// traces are read without the traces. The latest of them stay, for a look ahead and back again.
class FileWindow {
 public:
  static constexpr std::size_t kBlockBytes = 256U << 10;
  /// Read of what lies before the first byte asked for, so that a trace that was cut off by the end of one
  /// block is whole in the next.
  static constexpr std::size_t kOverlapBytes = 16U << 10;
  static constexpr std::size_t kSkimBytes = 512;  ///< A ping's header and that of a channel.
  /// Beyond this a system call costs less than copying what lies between.
  static constexpr std::uint64_t kFarBehind = 8U << 10;

  explicit FileWindow(const LogFile& file) : file_(&file) {}

  /// `size` bytes at `offset`, fewer at the end of the file. Valid until the next call, of any window over
  /// it.
  [[nodiscard]] std::span<const std::byte> bytes(std::uint64_t offset, std::size_t size);
  [[nodiscard]] Fields fields(std::uint64_t offset, std::size_t size) { return Fields(bytes(offset, size)); }
  [[nodiscard]] const LogFile& file() const noexcept { return *file_; }

 private:
  static constexpr std::size_t kSkimmedBlocks = 8;  ///< The headers of a ping with half a dozen channels.

  [[nodiscard]] const FileBlock& block_with(std::uint64_t offset, std::size_t size);

  const LogFile* file_;
  std::uint64_t last_asked_ = 0;
  std::array<FileBlock, kSkimmedBlocks> skimmed_;
  std::size_t oldest_skimmed_ = 0;
};

}  // namespace towfish
