#include "pipeline/contacts/chip_picture.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <future>
#include <thread>

#include "pipeline/picture/picture.hpp"

namespace towfish {

std::vector<std::uint8_t> chip_png(const Chip& chip) {
  Picture picture(Chip::kSize, Chip::kSize, 1);
  std::ranges::copy(chip.pixels, picture.pixels.begin());
  const std::vector<std::byte> png = encode_png(picture);
  std::vector<std::uint8_t> bytes(png.size());
  std::memcpy(bytes.data(), png.data(), png.size());
  return bytes;
}

std::vector<std::vector<std::uint8_t>> chip_pngs(std::span<const Chip> chips) {
  std::vector<std::vector<std::uint8_t>> pngs(chips.size());
  std::atomic<std::size_t> next = 0;
  const auto encode = [&] {
    for (std::size_t i = next++; i < chips.size(); i = next++) pngs[i] = chip_png(chips[i]);
  };
  std::vector<std::future<void>> others;
  for (unsigned core = 1; core < std::thread::hardware_concurrency(); ++core)
    others.push_back(std::async(std::launch::async, encode));
  encode();
  for (auto& other : others) other.get();
  return pngs;
}

std::string base64(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= count ? kDigits[group >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return text;
}

}  // namespace towfish
