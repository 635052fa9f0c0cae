#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "detectors/registry.hpp"

namespace towfish::batch {

/// The hash of a log's content is the XXH3 of the hashes of its chunks, so that the workers that read parts
/// of a large log anyway can hash it part by part.
inline constexpr std::uint64_t kChunkBytes = 16U << 20;

/// One hash a chunk for chunks [first, end); fewer where the log ends before, or cannot be read. `tick` is
/// called every megabyte; false from it gives up with an empty result. Of a log of several files, all count.
std::optional<std::vector<std::uint64_t>> hash_chunks(const std::filesystem::path& log, std::uint64_t first,
                                                      std::uint64_t end, const std::function<bool()>& tick);

/// 16 hexadecimal digits.
std::string content_hash(const std::vector<std::uint64_t>& chunks);

/// A line for each file that the detector is made of, with the hash of its content; empty where settings are
/// all there is to it.
std::string detector_files(const DetectorSettings& settings);

/// What a file system says of the files of a log; a log whose content changed differs in one of them.
struct FileStamp {
  std::uint64_t size = 0;        ///< Of all.
  std::int64_t modified_ns = 0;  ///< The newest.
  std::int64_t changed_ns = 0;   ///< Of the inode: also when somebody sets the time back.
  bool operator==(const FileStamp&) const = default;
};

/// Empty when there is no such regular file.
std::optional<FileStamp> stamp_of(const std::filesystem::path& log);

}  // namespace towfish::batch
