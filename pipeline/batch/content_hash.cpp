#include "pipeline/batch/content_hash.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <span>
#include <utility>

#include "pipeline/batch/handles.hpp"
#include "pipeline/logs/recordings.hpp"

namespace towfish::batch {

namespace {

constexpr std::size_t kBlockBytes = 1U << 20;

std::int64_t nanoseconds(const timespec& time) noexcept {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// The named file first.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& log) {
  std::vector<std::filesystem::path> files{log};
  std::string extension = log.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  if (extension != ".dat" && extension != ".son") return files;
  for (std::filesystem::path& file : humminbird_sides(log, extension == ".son"))
    if (file != log) files.push_back(std::move(file));
  return files;
}

/// The bytes of all files of a log, one after the other.
class LogBytes {
 public:
  explicit LogBytes(const std::filesystem::path& log) : files_(files_of(log)) {}

  /// False behind the end, or where a file cannot be read.
  bool seek(std::uint64_t at) {
    for (next_ = 0; next_ < files_.size();) {
      std::error_code none;
      const std::uintmax_t size = std::filesystem::file_size(files_[next_], none);
      if (none) return false;
      if (at < size) return open() && ::fseeko(in_.get(), static_cast<off_t>(at), SEEK_SET) == 0;
      at -= size;
      ++next_;
    }
    return false;
  }
  /// Fills the block, but for the last one.
  std::size_t read(std::span<char> block) {
    std::size_t got = 0;
    while (got < block.size() && (in_ || open())) {
      got += std::fread(block.data() + got, 1, block.size() - got, in_.get());
      if (got < block.size()) in_.reset();
    }
    return got;
  }

 private:
  bool open() {
    if (next_ < files_.size()) in_.reset(std::fopen(files_[next_++].c_str(), "rb"));
    return in_ != nullptr;
  }

  std::vector<std::filesystem::path> files_;
  std::size_t next_ = 0;
  FileHandle in_;
};

}  // namespace

std::optional<std::vector<std::uint64_t>> hash_chunks(const std::filesystem::path& log, std::uint64_t first,
                                                      std::uint64_t end, const std::function<bool()>& tick) {
  std::vector<std::uint64_t> hashes;
  LogBytes bytes_of_log(log);
  if (first >= end || !bytes_of_log.seek(first * kChunkBytes)) return hashes;
  const HashHandle state(XXH3_createState());
  std::vector<char> block(kBlockBytes);
  for (std::uint64_t chunk = first; chunk < end; ++chunk) {
    XXH3_64bits_reset(state.get());
    std::uint64_t bytes = 0;
    while (bytes < kChunkBytes) {
      if (!tick()) return std::nullopt;
      const std::size_t got = bytes_of_log.read(block);
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

std::string detector_files(const DetectorSettings& settings) {
  std::string lines;
  for (const auto& [key, file] : {std::pair{"library", &settings.library.file},
                                  {"network", &settings.network.model},
                                  {"classifier", &settings.classifier.model}}) {
    if (file->path.empty()) continue;
    const auto chunks = hash_chunks(file->path, 0, ~std::uint64_t{0}, [] { return true; });
    lines += fmt::format("{}: {}\n", key, content_hash(*chunks));
  }
  return lines;
}

std::optional<FileStamp> stamp_of(const std::filesystem::path& log) {
  std::optional<FileStamp> stamp;
  for (const std::filesystem::path& file : files_of(log)) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    if (!stamp) stamp.emplace();
    stamp->size += static_cast<std::uint64_t>(status.st_size);
    stamp->modified_ns = std::max(stamp->modified_ns, nanoseconds(status.st_mtim));
    stamp->changed_ns = std::max(stamp->changed_ns, nanoseconds(status.st_ctim));
  }
  return stamp;
}

}  // namespace towfish::batch
