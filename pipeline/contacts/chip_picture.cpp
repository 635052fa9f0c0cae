#include "pipeline/contacts/chip_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "pipeline/picture/picture.hpp"

namespace towfish {

namespace {

/// By all cores.
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

bool holds(const std::filesystem::path& file, std::span<const std::uint8_t> bytes) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> found(bytes.size() + 1);
  in.read(found.data(), static_cast<std::streamsize>(found.size()));
  return static_cast<std::size_t>(in.gcount()) == bytes.size() &&
         std::memcmp(found.data(), bytes.data(), bytes.size()) == 0;
}

}  // namespace

std::vector<std::uint8_t> chip_png(const Chip& chip) {
  Picture picture(Chip::kSize, Chip::kSize, 1);
  std::ranges::copy(chip.pixels, picture.pixels.begin());
  const std::vector<std::byte> png = encode_png(picture);
  std::vector<std::uint8_t> bytes(png.size());
  std::memcpy(bytes.data(), png.data(), png.size());
  return bytes;
}

void draw_chips(Store& store, Store::Change& change) {
  constexpr std::size_t kAtATime = 512;
  std::vector<std::uint64_t> contacts;
  std::vector<Chip> chips;
  const auto put = [&] {
    const auto pictures = chip_pngs(chips);
    for (std::size_t i = 0; i < contacts.size(); ++i) change.put_chip(contacts[i], pictures[i]);
    contacts.clear();
    chips.clear();
  };
  store.for_each_best_chip([&](std::uint64_t contact, const Chip& chip) {
    contacts.push_back(contact);
    chips.push_back(chip);
    if (chips.size() == kAtATime) put();
  });
  put();
}

void write_chips(Store& store, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::set<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) left.insert(entry.path());
  store.for_each_chip([&](std::uint64_t contact, std::span<const std::uint8_t> png) {
    const std::filesystem::path file = folder / fmt::format("{}.png", contact);
    if (left.erase(file) > 0 && holds(file, png)) return;
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
    out.close();
    if (!out) throw StoreError(StoreError::Kind::failed, fmt::format("{}: cannot be written", file.string()));
  });
  for (const std::filesystem::path& file : left) std::filesystem::remove_all(file);
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
