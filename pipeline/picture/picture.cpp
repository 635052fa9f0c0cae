#include "pipeline/picture/picture.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "pipeline/picture/decoder.hpp"

namespace towfish {

namespace detail {

void refuse_size(std::uint64_t width, std::uint64_t height, const PictureLimits& limits) {
  if (width == 0 || height == 0) throw PictureError("the picture is empty");
  if (width * height > limits.pixels) {
    throw PictureError("the picture has " + std::to_string(width) + " x " + std::to_string(height) +
                       " pixels, at most " + std::to_string(limits.pixels) + " are read");
  }
}

}  // namespace detail

Picture::Picture(std::uint32_t picture_width, std::uint32_t picture_height, std::uint32_t picture_channels)
    : width(picture_width),
      height(picture_height),
      channels(picture_channels),
      pixels(std::size_t{picture_width} * picture_height * picture_channels) {}

bool looks_like_picture(std::span<const std::byte> start) noexcept {
  return detail::is_png(start) || detail::is_jpeg(start);
}

Picture decode_picture(std::span<const std::byte> bytes, const PictureLimits& limits) {
  if (bytes.size() > limits.file_bytes) throw PictureError("the file is too large for a picture");
  if (detail::is_png(bytes)) return detail::decode_png(bytes, limits);
  if (detail::is_jpeg(bytes)) return detail::decode_jpeg(bytes, limits);
  throw PictureError("neither a PNG nor a JPEG picture");
}

PictureSize picture_size(std::span<const std::byte> bytes) {
  if (detail::is_png(bytes)) return detail::png_size(bytes);
  if (detail::is_jpeg(bytes)) return detail::jpeg_size(bytes);
  throw PictureError("neither a PNG nor a JPEG picture");
}

Picture read_picture(const std::filesystem::path& file, const PictureLimits& limits) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) throw PictureError(file.string() + ": " + error.message());
  if (size > limits.file_bytes) {
    throw PictureError(file.string() + ": " + std::to_string(size) + " bytes are too large for a picture");
  }
  std::ifstream in(file, std::ios::binary);
  std::vector<std::byte> bytes(size);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in) throw PictureError(file.string() + ": cannot be read");
  try {
    return decode_picture(bytes, limits);
  } catch (const PictureError& why) {
    throw PictureError(file.string() + ": " + why.what());
  }
}

void write_png(const std::filesystem::path& file, const Picture& picture) {
  const std::vector<std::byte> bytes = encode_png(picture);
  errno = 0;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return;
  const char* why = errno != 0 ? std::strerror(errno) : "no room on its disk, or the disk fails";
  throw PictureError(file.string() + ": cannot be written: " + why);
}

Picture intensity(const Picture& picture) {
  if (picture.channels == 1) return picture;
  Picture grey(picture.width, picture.height, 1);
  grey.damaged = picture.damaged;
  const std::uint8_t* rgb = picture.pixels.data();
  for (std::uint8_t& out : grey.pixels) {
    out = std::max({rgb[0], rgb[1], rgb[2]});
    rgb += 3;
  }
  return grey;
}

}  // namespace towfish
