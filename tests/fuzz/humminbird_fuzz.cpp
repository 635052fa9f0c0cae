#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "tests/fuzz/any_log.hpp"

namespace {

namespace fs = std::filesystem;

void save(const fs::path& file, std::span<const std::uint8_t> bytes) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// In memory, and gone at the end.
struct Folder {
  fs::path path = "/dev/shm/towfish_fuzz_" + std::to_string(::getpid());
  Folder() { fs::create_directories(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }
};

}  // namespace

/// Any bytes as the two files of a Humminbird recording: the first two bytes say where the one ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  if (size < 2) return 0;
  const std::span<const std::uint8_t> bytes(data + 2, size - 2);
  const std::size_t split = (data[0] | std::size_t{data[1]} << 8) % (bytes.size() + 1);
  save(folder.path / "B002.SON", bytes.first(split));
  save(folder.path / "B003.SON", bytes.subspan(split));
  towfish::read_any_log(folder.path);
  return 0;
}
