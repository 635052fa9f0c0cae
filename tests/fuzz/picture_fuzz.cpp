#include <cstddef>
#include <cstdint>

#include "pipeline/logs/picture_log.hpp"
#include "pipeline/picture/picture.hpp"

/// Any bytes as a picture of a waterfall, small enough that a bomb would show.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const towfish::Picture picture =
        towfish::decode_picture(bytes, {.file_bytes = 1U << 20, .pixels = 1U << 20});
    if (picture.pixels.size() != std::size_t{picture.width} * picture.height * picture.channels)
      __builtin_trap();
    const auto nadir = towfish::find_nadir_column(towfish::intensity(picture));
    if (nadir && *nadir >= picture.width) __builtin_trap();
  } catch (const towfish::PictureError&) {
  }
  return 0;
}
