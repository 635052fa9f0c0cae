#include "pipeline/process/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "detectors/registry.hpp"

namespace towfish::process {

std::filesystem::path config_folder() {
  const char* chosen = std::getenv("TOWFISH_CONFIG");
  return chosen != nullptr ? chosen : TOWFISH_CONFIG_DIR;
}

std::filesystem::path named_file(const std::string& folder, const std::string& name) {
  if (name.find('/') != std::string::npos || name.ends_with(".yaml")) return name;
  const std::filesystem::path place = config_folder() / folder;
  std::filesystem::path file = place / (name + ".yaml");
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) return file;
  std::vector<std::string> known;
  for (const auto& entry : std::filesystem::directory_iterator(place, ignored)) {
    if (entry.path().extension() == ".yaml") known.push_back(entry.path().stem().string());
  }
  std::sort(known.begin(), known.end());
  throw UsageError(fmt::format("no '{}' in {}; there are: {}", name, place.string(), fmt::join(known, ", ")));
}

namespace {

/// A library stands in for everything else.
void require_one_kind(const std::filesystem::path& file, const DetectorSettings& settings) {
  if (settings.library.file.path.empty()) return;
  std::vector<std::string_view> kinds{"library"};
  if (!settings.network.model.path.empty()) kinds.emplace_back("network");
  if (!settings.classifier.model.path.empty()) kinds.emplace_back("classifier");
  if (kinds.size() <= 1) return;
  throw UsageError(fmt::format("{}: found the keys '{}' together, wanted one of them", file.string(),
                               fmt::join(kinds, "', '")));
}

}  // namespace

void read_detector(const std::string& name, DetectorSettings& settings) {
  const std::filesystem::path file = named_file("detectors", name);
  settings::read(file, settings);
  require_one_kind(file, settings);
  if (!settings.has_algorithms()) return;
  try {
    static_cast<void>(make_algorithms(settings));
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

}  // namespace towfish::process
