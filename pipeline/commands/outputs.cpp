#include "pipeline/commands/outputs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

namespace fs = std::filesystem;

void refuse_overwriting(const std::vector<Output>& outputs, const std::vector<std::string>& inputs) {
  std::map<fs::path, std::string> taken;
  for (const Output& output : outputs) {
    if (output.file.empty()) continue;
    std::error_code none;
    const bool device = fs::exists(output.file, none) && !fs::is_regular_file(output.file, none);
    const auto [other, is_new] = taken.emplace(fs::weakly_canonical(output.file, none), output.option);
    if (!is_new && !device && !none) {
      throw UsageError(fmt::format("{} {}: is the file of {}, too; name another one", output.option,
                                   output.file, other->second));
    }
    for (const std::string& input : inputs) {
      if (input.empty() || !fs::equivalent(output.file, input, none)) continue;
      throw UsageError(fmt::format("{} {}: is {}, which is to be read; name another file to write",
                                   output.option, output.file, input));
    }
  }
}

void require_writable(const std::vector<Output>& outputs) {
  for (const Output& output : outputs) {
    if (output.file.empty()) continue;
    std::error_code none;
    if (fs::is_directory(output.file, none))
      throw UsageError(fmt::format("{} {}: is a folder; name a file", output.option, output.file));
    const fs::path folder = fs::absolute(output.file).parent_path();
    const fs::path asked = fs::exists(output.file, none) ? fs::path(output.file) : folder;
    if (::access(asked.c_str(), W_OK) == 0) continue;
    throw UsageError(fmt::format("{} {}: cannot be written: {}: {}", output.option, output.file,
                                 asked.string(), std::strerror(errno)));
  }
}

}  // namespace towfish::commands
