#include "pipeline/contacts/zip_file.hpp"

#include <zlib.h>

namespace towfish {

namespace {

constexpr std::uint32_t kVersion = 20;
constexpr std::uint32_t kUtf8Names = 1U << 11;
constexpr std::uint32_t kStored = 0;
constexpr std::uint32_t kFirstDosDate = 1U << 5 | 1U;  // 1980-01-01: the same contents give the same bytes.

}  // namespace

void ZipFile::put16(std::uint32_t value) {
  out_.put(static_cast<char>(value & 0xFF)).put(static_cast<char>(value >> 8 & 0xFF));
  written_ += 2;
}

void ZipFile::put32(std::uint32_t value) {
  put16(value & 0xFFFF);
  put16(value >> 16);
}

void ZipFile::put_common(const Entry& entry) {
  put16(kVersion);
  put16(kUtf8Names);
  put16(kStored);
  put16(0);
  put16(kFirstDosDate);
  put32(entry.crc);
  put32(entry.size);
  put32(entry.size);
  put16(static_cast<std::uint32_t>(entry.name.size()));
  put16(0);
}

void ZipFile::add(const std::string& name, std::span<const std::uint8_t> bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const Entry entry{name, static_cast<std::uint32_t>(crc32(0, bytes.data(), size)), size, written_};
  put32(0x04034B50);
  put_common(entry);
  out_ << name;
  out_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  written_ += static_cast<std::uint32_t>(name.size()) + size;
  entries_.push_back(entry);
}

void ZipFile::add(const std::string& name, std::string_view text) {
  add(name, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void ZipFile::finish() {
  const std::uint32_t begin = written_;
  for (const Entry& entry : entries_) {
    put32(0x02014B50);
    put16(kVersion);
    put_common(entry);
    put16(0);  // No comment, first disk, no attributes.
    put16(0);
    put16(0);
    put32(0);
    put32(entry.offset);
    out_ << entry.name;
    written_ += static_cast<std::uint32_t>(entry.name.size());
  }
  const std::uint32_t size = written_ - begin;
  put32(0x06054B50);
  put16(0);
  put16(0);
  put16(static_cast<std::uint32_t>(entries_.size()));
  put16(static_cast<std::uint32_t>(entries_.size()));
  put32(size);
  put32(begin);
  put16(0);
}

}  // namespace towfish
