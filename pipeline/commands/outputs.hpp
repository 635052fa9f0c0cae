#pragma once

#include <string>
#include <vector>

namespace towfish::commands {

/// A file that a command is told to write. All throw UsageError, before the work rather than after it.
struct Output {
  std::string option;  ///< As the user wrote it.
  std::string file;    ///< Empty: not wanted.
};

/// Refuses what is one of the files that are read, by whatever name, and one file for two outputs.
void refuse_overwriting(const std::vector<Output>& outputs, const std::vector<std::string>& inputs);

/// Refuses what no file can be written to: its folder is not there, or not ours.
void require_writable(const std::vector<Output>& outputs);

}  // namespace towfish::commands
