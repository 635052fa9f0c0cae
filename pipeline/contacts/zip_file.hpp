#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace towfish {

/// A ZIP archive (PKWARE APPNOTE 6.3.10) written to a stream from beginning to end, its files stored as they
/// are. For up to 65535 files and 4 GiB.
class ZipFile {
 public:
  explicit ZipFile(std::ostream& out) : out_(out) {}

  void add(const std::string& name, std::span<const std::uint8_t> bytes);
  void add(const std::string& name, std::string_view text);
  /// Writes the directory; nothing may be added afterwards.
  void finish();

 private:
  struct Entry {
    std::string name;
    std::uint32_t crc;
    std::uint32_t size;
    std::uint32_t offset;
  };
  void put16(std::uint32_t value);
  void put32(std::uint32_t value);
  void put_common(const Entry& entry);

  std::ostream& out_;
  std::vector<Entry> entries_;
  std::uint32_t written_ = 0;
};

}  // namespace towfish
