#include "pipeline/batch/content_hash.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "pipeline/batch/handles.hpp"

namespace towfish::batch {

namespace {

constexpr std::size_t kBlockBytes = 1U << 20;

std::int64_t nanoseconds(const timespec& time) noexcept {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<std::vector<std::uint64_t>> hash_chunks(const std::filesystem::path& file, std::uint64_t first,
                                                      std::uint64_t end, const std::function<bool()>& tick) {
  std::vector<std::uint64_t> hashes;
  const FileHandle in(std::fopen(file.c_str(), "rb"));
  if (!in || ::fseeko(in.get(), static_cast<off_t>(first * kChunkBytes), SEEK_SET) != 0) return hashes;
  const HashHandle state(XXH3_createState());
  std::vector<char> block(kBlockBytes);
  for (std::uint64_t chunk = first; chunk < end; ++chunk) {
    XXH3_64bits_reset(state.get());
    std::uint64_t bytes = 0;
    while (bytes < kChunkBytes) {
      if (!tick()) return std::nullopt;
      const std::size_t got = std::fread(block.data(), 1, block.size(), in.get());
      XXH3_64bits_update(state.get(), block.data(), got);
      bytes += got;
      if (got < block.size()) break;
    }
    if (bytes == 0) break;
    hashes.push_back(XXH3_64bits_digest(state.get()));
    if (bytes < kChunkBytes) break;
  }
  return hashes;
}

std::string content_hash(const std::vector<std::uint64_t>& chunks) {
  return fmt::format("{:016x}", XXH3_64bits(chunks.data(), chunks.size() * sizeof(std::uint64_t)));
}

std::optional<FileStamp> stamp_of(const std::filesystem::path& file) noexcept {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileStamp{static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
                   nanoseconds(status.st_ctim)};
}

}  // namespace towfish::batch
