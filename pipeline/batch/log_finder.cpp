#include "pipeline/batch/log_finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <system_error>

#include "pipeline/sonar/error.hpp"

namespace towfish::batch {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 9> kLogs{".xtf", ".jsf", ".sdf", ".sl2",  ".sl3",
                                                ".dat", ".son", ".rsd", ".svlog"};
constexpr std::array<std::string_view, 4> kNeverLogs{".png", ".jpg", ".jpeg", ".idx"};

std::string extension_of(const fs::path& file) {
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return extension;
}

template <std::size_t n>
bool one_of(const std::array<std::string_view, n>& extensions, const std::string& extension) {
  return std::ranges::find(extensions, extension) != extensions.end();
}

/// Whether the .SON file belongs to NAME.DAT beside its folder NAME, or to a .SON before it in the folder.
bool is_further_son(const fs::path& file) {
  const fs::path folder = file.parent_path();
  std::error_code ignored;
  for (const char* dat : {".DAT", ".dat"}) {
    if (fs::exists(folder.string() + dat, ignored)) return true;
  }
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (extension_of(entry.path()) == ".son" && entry.path() < file) return true;
  }
  return false;
}

void add(const fs::path& file, std::string name, std::vector<FoundFile>& found) {
  const std::string extension = extension_of(file);
  if (one_of(kNeverLogs, extension)) return;
  if (extension == ".son" && is_further_son(file)) return;
  found.push_back({file, std::move(name), one_of(kLogs, extension)});
}

void add_folder(const fs::path& folder, const std::string& prefix, const fs::path& except,
                std::vector<FoundFile>& found) {
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
  if (error) throw InputError(fmt::format("{}: {}", folder.string(), error.message()));
  for (const fs::recursive_directory_iterator end; entry != end; entry.increment(error)) {
    if (error) throw InputError(fmt::format("{}: {}", folder.string(), error.message()));
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      if (entry->path() == except) entry.disable_recursion_pending();
    } else if (entry->is_regular_file(ignored)) {
      add(entry->path(), prefix + entry->path().lexically_relative(folder).generic_string(), found);
    }
  }
}

}  // namespace

std::vector<FoundFile> find_logs(const std::vector<std::string>& places, const fs::path& except) {
  std::vector<FoundFile> found;
  for (const std::string& place : places) {
    std::error_code error;
    const fs::path path = fs::canonical(place, error);
    if (error) throw InputError(fmt::format("{}: {}; name a folder of logs", place, error.message()));
    if (fs::is_directory(path)) {
      add_folder(path, places.size() == 1 ? "" : path.filename().string() + "/", except, found);
    } else {
      add(path, path.filename().string(), found);
    }
  }
  std::ranges::sort(found, [](const FoundFile& a, const FoundFile& b) {
    return a.name != b.name ? a.name < b.name : a.path < b.path;
  });
  const auto twice = std::ranges::unique(found, {}, &FoundFile::path);
  found.erase(twice.begin(), twice.end());
  return found;
}

}  // namespace towfish::batch
