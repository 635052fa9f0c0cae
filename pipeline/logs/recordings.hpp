#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "pipeline/logs/recording.hpp"

/// The formats that are told apart by their first bytes and opened the same way. Each open_ throws InputError
/// where the file has no side-scan data, saying what it has.
namespace towfish {

/// Klein SDF: pages that hold both sides, a page version for each frequency.
[[nodiscard]] bool looks_like_sdf(std::span<const std::byte> start) noexcept;
[[nodiscard]] std::unique_ptr<Recording> open_sdf(std::unique_ptr<LogFile> file, const LogOptions& options);

/// Lowrance SL2 and SL3: composite frames (channel 5), or left and right ones (3 and 4).
[[nodiscard]] bool looks_like_lowrance(std::span<const std::byte> start) noexcept;
[[nodiscard]] std::unique_ptr<Recording> open_lowrance(std::unique_ptr<LogFile> file);

/// Humminbird: a SON file a side, B002 port and B003 starboard, side by side in one folder. Any of the two,
/// the folder, or the DAT file beside the folder opens both.
[[nodiscard]] bool looks_like_humminbird(std::span<const std::byte> start, std::uint64_t file_bytes) noexcept;
[[nodiscard]] bool is_humminbird_folder(const std::filesystem::path& folder);
/// The .SON files of the sides, as far as they are there, of the recording that a .DAT or a .SON belongs to.
std::vector<std::filesystem::path> humminbird_sides(const std::filesystem::path& file, bool is_son);
[[nodiscard]] std::unique_ptr<Recording> open_humminbird(const std::filesystem::path& path,
                                                         const LogOptions& options);

/// Cerulean svlog: Blue Robotics Ping frames, a frame a side.
[[nodiscard]] bool looks_like_svlog(std::span<const std::byte> start) noexcept;
[[nodiscard]] std::unique_ptr<Recording> open_svlog(std::unique_ptr<LogFile> file);

/// Garmin RSD. Its records can be counted; the meaning of their fields is not published, so it is never
/// opened: the InputError says how many records there are.
[[nodiscard]] bool looks_like_rsd(const LogFile& file);
[[noreturn]] void refuse_rsd(const LogFile& file);

}  // namespace towfish
