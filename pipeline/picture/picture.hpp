#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

/// 8-bit pictures: a small door to libpng and libjpeg-turbo. Knows nothing of sonar.
namespace towfish {

/// A picture that cannot be read or written. The message says what was wrong, without the file's name where
/// only bytes were given.
class PictureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Rows from the top, pixels from the left, grey (1 channel) or RGB (3 channels), 8 bits each, no padding.
struct Picture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t channels = 1;        ///< 1 or 3.
  std::vector<std::uint8_t> pixels;  ///< height x width x channels.
  bool damaged = false;              ///< Read only in part: the rest is what the decoder made of it.

  Picture() = default;
  /// All zero. channels is 1 or 3.
  Picture(std::uint32_t picture_width, std::uint32_t picture_height, std::uint32_t picture_channels);

  [[nodiscard]] std::span<std::uint8_t> row(std::size_t y) noexcept {
    return std::span(pixels).subspan(y * width * channels, std::size_t{width} * channels);
  }
  [[nodiscard]] std::span<const std::uint8_t> row(std::size_t y) const noexcept {
    return std::span(pixels).subspan(y * width * channels, std::size_t{width} * channels);
  }
};

/// What a stranger's picture may cost. Checked before anything is allocated for its pixels.
struct PictureLimits {
  std::uint64_t file_bytes = 256U << 20;
  std::uint64_t pixels = 64U << 20;
};

struct PictureSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

/// Whether the bytes start as a PNG or JPEG does. Eight bytes are enough.
[[nodiscard]] bool looks_like_picture(std::span<const std::byte> start) noexcept;

/// Decodes PNG or JPEG, recognised by content. Transparent pixels become black, 16 bits become 8. Throws
/// PictureError.
[[nodiscard]] Picture decode_picture(std::span<const std::byte> bytes, const PictureLimits& limits = {});

/// Reads a PNG or JPEG file. Throws PictureError, naming the file.
[[nodiscard]] Picture read_picture(const std::filesystem::path& file, const PictureLimits& limits = {});

/// The size alone, without decoding the pixels. Throws PictureError.
[[nodiscard]] PictureSize picture_size(std::span<const std::byte> bytes);

/// Encodes as PNG. Throws PictureError.
[[nodiscard]] std::vector<std::byte> encode_png(const Picture& picture);

/// Writes a PNG file. Throws PictureError, naming the file.
void write_png(const std::filesystem::path& file, const Picture& picture);

/// Intensity of each pixel, as a grey picture: the brightest channel, which inverts maps that go from black
/// through a colour to white (copper, hot, grey).
[[nodiscard]] Picture intensity(const Picture& picture);

}  // namespace towfish
