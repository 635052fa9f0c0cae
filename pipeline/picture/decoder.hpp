#pragma once

#include "pipeline/picture/picture.hpp"

/// The two decoders behind decode_picture(). They throw PictureError.
namespace towfish::detail {

[[nodiscard]] bool is_png(std::span<const std::byte> start) noexcept;
[[nodiscard]] bool is_jpeg(std::span<const std::byte> start) noexcept;
[[nodiscard]] Picture decode_png(std::span<const std::byte> bytes, const PictureLimits& limits);
[[nodiscard]] Picture decode_jpeg(std::span<const std::byte> bytes, const PictureLimits& limits);
[[nodiscard]] PictureSize png_size(std::span<const std::byte> bytes);
[[nodiscard]] PictureSize jpeg_size(std::span<const std::byte> bytes);
void refuse_size(std::uint64_t width, std::uint64_t height, const PictureLimits& limits);

}  // namespace towfish::detail
