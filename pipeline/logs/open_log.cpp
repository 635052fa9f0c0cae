#include <algorithm>
#include <array>

#include "pipeline/logs/jsf.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/logs/log_file.hpp"
#include "pipeline/logs/picture_log.hpp"
#include "pipeline/logs/recorded_log.hpp"
#include "pipeline/logs/recordings.hpp"
#include "pipeline/logs/xtf.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish {
namespace {

constexpr std::size_t kSignatureBytes = 64;

bool is_text(std::span<const std::byte> start) {
  return std::all_of(start.begin(), start.end(), [](std::byte b) {
    const auto c = static_cast<unsigned char>(b);
    return (c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r';
  });
}

[[noreturn]] void refuse(const std::filesystem::path& path, std::span<const std::byte> start) {
  throw InputError(path.string() + (is_text(start) ? ": is a text file" : ": is of no known format") +
                   "; readable are XTF, JSF, SDF, SL2, SL3, Humminbird, RSD, svlog, PNG and JPEG");
}

/// Takes the file if its first bytes are those of a sonar log; nullptr otherwise.
std::unique_ptr<Recording> open_recording(std::unique_ptr<LogFile>& file, std::span<const std::byte> start,
                                          const LogOptions& options) {
  if (may_be_xtf(start)) return std::make_unique<XtfRecording>(std::move(file), options);
  if (looks_like_jsf(start)) return std::make_unique<JsfRecording>(std::move(file), options);
  if (looks_like_sdf(start)) return open_sdf(std::move(file), options);
  if (looks_like_lowrance(start)) return open_lowrance(std::move(file));
  if (looks_like_humminbird(start, file->size())) return open_humminbird(file->path(), options);
  if (looks_like_svlog(start)) return open_svlog(std::move(file));
  if (looks_like_rsd(*file)) refuse_rsd(*file);
  return nullptr;
}

std::unique_ptr<Log> open_folder(const std::filesystem::path& folder, const LogOptions& options) {
  if (is_humminbird_folder(folder)) {
    return std::make_unique<RecordedLog>(open_humminbird(folder, options), options);
  }
  std::vector<std::filesystem::path> pictures;
  try {
    pictures = pictures_in(folder);
  } catch (const std::filesystem::filesystem_error& error) {
    throw InputError(folder.string() + ": " + error.code().message());
  }
  if (pictures.empty()) {
    throw InputError(folder.string() + ": is a folder without pictures; name the log file itself");
  }
  return std::make_unique<PictureLog>(std::move(pictures), options);
}

}  // namespace

std::unique_ptr<Log> open_log(const std::filesystem::path& path, const LogOptions& options) {
  std::error_code unreadable;  // LogFile says it better
  if (std::filesystem::is_directory(path, unreadable)) return open_folder(path, options);
  auto file = std::make_unique<LogFile>(path);
  std::array<std::byte, kSignatureBytes> bytes{};
  const auto start = std::span<const std::byte>(bytes).first(file->read(0, bytes));
  if (is_text(start)) refuse(path, start);
  if (auto recording = open_recording(file, start, options)) {
    return std::make_unique<RecordedLog>(std::move(recording), options);
  }
  if (looks_like_picture(start)) return std::make_unique<PictureLog>(std::vector{path}, options);
  refuse(path, start);
}

}  // namespace towfish
