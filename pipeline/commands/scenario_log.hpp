#pragma once

#include <filesystem>
#include <memory>

#include "pipeline/logs/log.hpp"

namespace towfish::commands {

/// Whether `path` names a scenario (a YAML file) and not a recorded log.
[[nodiscard]] bool is_scenario(const std::filesystem::path& path);

/// The simulated sonar of a scenario file, to be looked at as if it were a recorded log. Throws UsageError
/// naming file and key.
[[nodiscard]] std::unique_ptr<Log> open_scenario(const std::filesystem::path& file);

}  // namespace towfish::commands
