#include <array>
#include <csetjmp>
#include <cstdio>
// After cstdio, whose types it uses without including it.
// clang-format off
#include <jpeglib.h>
// clang-format on

#include "pipeline/picture/decoder.hpp"

namespace towfish::detail {
namespace {

/// A progressive JPEG of a few kB can hold thousands of scans of a huge picture; real ones have about ten.
constexpr int kMaxScans = 200;

/// libjpeg leaves through longjmp, so no frame between setjmp and it may own anything.
struct Decoder {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf failed{};
  std::array<char, JMSG_LENGTH_MAX> message{};
  bool created = false;

  Decoder() {
    jpeg.err = jpeg_std_error(&errors);
    jpeg.client_data = this;
    errors.error_exit = [](j_common_ptr info) {
      auto& self = *static_cast<Decoder*>(info->client_data);
      errors_text(info, self.message.data());
      std::longjmp(self.failed, 1);
    };
    errors.output_message = [](j_common_ptr) {};
    progress.progress_monitor = [](j_common_ptr info) {
      auto& self = *static_cast<Decoder*>(info->client_data);
      if (self.jpeg.input_scan_number <= kMaxScans) return;
      std::snprintf(self.message.data(), self.message.size(), "more than %d scans", kMaxScans);
      std::longjmp(self.failed, 1);
    };
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() {
    if (created) jpeg_destroy_decompress(&jpeg);
  }

  static void errors_text(j_common_ptr info, char* text) { info->err->format_message(info, text); }

  [[nodiscard]] bool read_header(std::span<const std::byte> bytes) noexcept {
    if (setjmp(failed) != 0) return false;
    jpeg_create_decompress(&jpeg);
    created = true;
    jpeg.client_data = this;
    jpeg.progress = &progress;
    jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&jpeg, TRUE);
    return true;
  }

  [[nodiscard]] bool read_pixels(Picture& picture) noexcept {
    if (setjmp(failed) != 0) return false;
    jpeg.out_color_space = picture.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
      JSAMPROW row =
          picture.pixels.data() + std::size_t{jpeg.output_scanline} * picture.width * picture.channels;
      jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    return true;
  }

  [[noreturn]] void fail() const { throw PictureError(std::string("JPEG: ") + message.data()); }
};

}  // namespace

bool is_jpeg(std::span<const std::byte> start) noexcept {
  return start.size() >= 3 && start[0] == std::byte{0xFF} && start[1] == std::byte{0xD8} &&
         start[2] == std::byte{0xFF};
}

PictureSize jpeg_size(std::span<const std::byte> bytes) {
  Decoder decoder;
  if (!decoder.read_header(bytes)) decoder.fail();
  return {decoder.jpeg.image_width, decoder.jpeg.image_height};
}

Picture decode_jpeg(std::span<const std::byte> bytes, const PictureLimits& limits) {
  Decoder decoder;
  if (!decoder.read_header(bytes)) decoder.fail();
  refuse_size(decoder.jpeg.image_width, decoder.jpeg.image_height, limits);
  Picture picture(decoder.jpeg.image_width, decoder.jpeg.image_height,
                  decoder.jpeg.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3);
  if (!decoder.read_pixels(picture)) decoder.fail();
  picture.damaged = decoder.errors.num_warnings > 0;
  return picture;
}

}  // namespace towfish::detail
