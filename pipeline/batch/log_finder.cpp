#include "pipeline/batch/log_finder.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

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

/// The last `count` folders of a path, or all.
std::string tail_of(const fs::path& path, std::ptrdiff_t count) {
  const auto all = std::distance(path.begin(), path.end());
  fs::path tail;
  for (auto part = std::next(path.begin(), std::max<std::ptrdiff_t>(0, all - count)); part != path.end();
       ++part)
    tail /= *part;
  return tail.generic_string();
}

/// As many of its last folders as tell it from the other places.
std::string name_among(const fs::path& place, const std::vector<fs::path>& places) {
  const auto all = std::distance(place.begin(), place.end());
  for (std::ptrdiff_t count = 1; count < all; ++count) {
    const std::string name = tail_of(place, count);
    const bool taken = std::ranges::any_of(
        places, [&](const fs::path& other) { return other != place && tail_of(other, count) == name; });
    if (!taken) return name;
  }
  return place.generic_string();
}

class Finder {
 public:
  explicit Finder(const fs::path& except) : folders_{except} {}

  void add(const fs::path& file, std::string name) {
    const std::string extension = extension_of(file);
    if (one_of(kNeverLogs, extension) || !paths_.insert(file).second) return;
    found_.push_back({file, std::move(name), one_of(kLogs, extension)});
  }

  void add_folder(const fs::path& folder, const std::string& prefix) {
    folders_.insert(folder);
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
    for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
      const std::string name = prefix + entry->path().lexically_relative(folder).generic_string();
      if (!add_entry(*entry, name)) entry.disable_recursion_pending();
    }
    if (error) throw InputError(fmt::format("{}: {}", folder.string(), error.message()));
  }

  /// Folders that links lead to, behind all that lies in the places themselves: what has two names is found
  /// by its own.
  void follow_links() {
    while (!links_.empty()) {
      const auto [name, folder] = *links_.begin();
      links_.erase(links_.begin());
      if (!folders_.contains(folder)) add_folder(folder, name + "/");
    }
  }

  /// All, by name.
  std::vector<FoundFile> take() {
    drop_further_sons();
    std::ranges::sort(found_, [](const FoundFile& a, const FoundFile& b) {
      return a.name != b.name ? a.name < b.name : a.path < b.path;
    });
    return std::move(found_);
  }

 private:
  /// False for a folder that is not to be entered.
  bool add_entry(const fs::directory_entry& entry, const std::string& name) {
    std::error_code error;
    const fs::path& path = entry.path();
    if (entry.is_directory(error)) {
      if (folders_.contains(path)) return false;
      if (::access(path.c_str(), R_OK | X_OK) != 0)
        spdlog::warn("{}: {}; what lies in it is left out", path.string(), std::strerror(errno));
      if (!entry.is_symlink(error)) {
        folders_.insert(path);
      } else if (fs::path folder = fs::canonical(path, error); !error) {
        links_.emplace(name, std::move(folder));
      }
    } else if (entry.is_regular_file(error)) {
      add(path, name);
    } else if (entry.is_symlink(error)) {
      spdlog::warn("{}: leads nowhere; it is left out", path.string());
    } else if (one_of(kLogs, extension_of(path))) {
      spdlog::warn("{}: is no regular file; it is left out", path.string());
    }
    return true;
  }

  /// Those that belong to NAME.DAT beside their folder NAME, or to a .SON before them in the folder.
  void drop_further_sons() {
    std::map<fs::path, fs::path> first;
    for (const FoundFile& file : found_) {
      if (extension_of(file.path) != ".son") continue;
      fs::path& son = first.emplace(file.path.parent_path(), file.path).first->second;
      son = std::min(son, file.path);
    }
    std::erase_if(found_, [&](const FoundFile& file) {
      if (extension_of(file.path) != ".son") return false;
      const fs::path folder = file.path.parent_path();
      const bool has_dat =
          paths_.contains(folder.string() + ".DAT") || paths_.contains(folder.string() + ".dat");
      return has_dat || file.path != first.at(folder);
    });
  }

  std::set<fs::path> paths_;
  std::set<fs::path> folders_;             ///< Entered, or not to be.
  std::map<std::string, fs::path> links_;  ///< To folders, by name: to be followed.
  std::vector<FoundFile> found_;
};

}  // namespace

std::vector<FoundFile> find_logs(const std::vector<std::string>& places, const fs::path& except) {
  std::vector<fs::path> paths;
  for (const std::string& place : places) {
    std::error_code error;
    paths.push_back(fs::canonical(place, error));
    if (error) throw InputError(fmt::format("{}: {}; name a folder of logs", place, error.message()));
  }
  Finder finder(except);
  for (const fs::path& path : paths) {
    const std::string name = name_among(path, paths);
    if (fs::is_directory(path)) {
      finder.add_folder(path, paths.size() == 1 ? "" : name + "/");
    } else {
      finder.add(path, name);
    }
  }
  finder.follow_links();
  return finder.take();
}

}  // namespace towfish::batch
