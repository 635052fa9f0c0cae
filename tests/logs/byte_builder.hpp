#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace towfish {

/// Bytes put together by offset, as the tables of a format's specification are written. Shares nothing with
/// the readers, so that both have to agree with the tables.
class ByteBuilder {
 public:
  explicit ByteBuilder(std::size_t size = 0) : bytes_(size) {}

  template <class T>
  ByteBuilder& little(std::size_t at, T value) {
    return put(at, value, std::endian::native == std::endian::little);
  }
  template <class T>
  ByteBuilder& big(std::size_t at, T value) {
    return put(at, value, std::endian::native == std::endian::big);
  }
  ByteBuilder& text(std::size_t at, std::string_view text) {
    reach(at + text.size());
    std::memcpy(bytes_.data() + at, text.data(), text.size());
    return *this;
  }
  ByteBuilder& append(const ByteBuilder& other) {
    bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end());
    return *this;
  }
  /// Zeros up to a multiple of `alignment`.
  ByteBuilder& pad_to(std::size_t alignment) {
    bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
    return *this;
  }
  ByteBuilder& resize(std::size_t size) {
    bytes_.resize(size);
    return *this;
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  void reach(std::size_t size) {
    if (bytes_.size() < size) bytes_.resize(size);
  }
  template <class T>
  ByteBuilder& put(std::size_t at, T value, bool as_is) {
    reach(at + sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    if (!as_is) {
      for (std::size_t i = 0; i < sizeof value / 2; ++i)
        std::swap(bytes_[at + i], bytes_[at + sizeof value - 1 - i]);
    }
    return *this;
  }

  std::vector<std::byte> bytes_;
};

}  // namespace towfish
