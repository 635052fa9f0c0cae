#include <png.h>

#include <array>
#include <cstring>

#include "pipeline/picture/decoder.hpp"

namespace towfish::detail {
namespace {

/// A png_image that is freed whatever happens.
struct Image {
  png_image png{};
  Image() { png.version = PNG_IMAGE_VERSION; }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image() { png_image_free(&png); }

  [[noreturn]] void fail(const char* doing) const {
    throw PictureError(std::string("PNG: ") + doing + ": " + png.message);
  }
  void begin(std::span<const std::byte> bytes) {
    if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) fail("cannot be read");
  }
};

png_uint_32 format_of(std::uint32_t channels) {
  return channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
}

}  // namespace

bool is_png(std::span<const std::byte> start) noexcept {
  constexpr std::array<unsigned char, 8> kSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return start.size() >= kSignature.size() &&
         std::memcmp(start.data(), kSignature.data(), kSignature.size()) == 0;
}

PictureSize png_size(std::span<const std::byte> bytes) {
  Image image;
  image.begin(bytes);
  return {image.png.width, image.png.height};
}

Picture decode_png(std::span<const std::byte> bytes, const PictureLimits& limits) {
  Image image;
  image.begin(bytes);
  refuse_size(image.png.width, image.png.height, limits);
  const std::uint32_t channels = (image.png.format & PNG_FORMAT_FLAG_COLOR) != 0 ? 3 : 1;
  image.png.format = format_of(channels);
  Picture picture(image.png.width, image.png.height, channels);
  if (png_image_finish_read(&image.png, nullptr, picture.pixels.data(), 0, nullptr) == 0) {
    image.fail("is damaged");
  }
  picture.damaged = image.png.warning_or_error != 0;
  return picture;
}

}  // namespace towfish::detail

namespace towfish {

std::vector<std::byte> encode_png(const Picture& picture) {
  detail::Image image;
  image.png.width = picture.width;
  image.png.height = picture.height;
  image.png.format = detail::format_of(picture.channels);
  image.png.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image.png);
  std::vector<std::byte> bytes(size);
  if (png_image_write_to_memory(&image.png, bytes.data(), &size, 0, picture.pixels.data(), 0, nullptr) == 0) {
    image.fail("cannot be encoded");
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace towfish
