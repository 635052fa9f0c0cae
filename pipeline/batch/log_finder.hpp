#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace towfish::batch {

/// A file that may be a log.
struct FoundFile {
  std::filesystem::path path;     ///< Absolute.
  std::string name;               ///< As results call it: relative to the folder that was named; of several
                                  ///< places with as much of theirs in front as tells them apart.
  bool named_like_a_log = false;  ///< Its extension is a log's: not being able to read it is a failure.
};

/// All files below `places` (folders, or files by name) that may be logs, in order of their names; each once,
/// named after the first place that has it.
///
/// Left out: pictures, what lies in `except`, the further files of a log of several (Humminbird's .IDX, and
/// its .SON where its .DAT is found), and links to folders. Files with another extension than a log's are
/// found, and turn out to be logs or not when they are opened. Throws InputError where a place does not exist
/// or cannot be read; folders below that may not be read are left out with a warning.
std::vector<FoundFile> find_logs(const std::vector<std::string>& places, const std::filesystem::path& except);

}  // namespace towfish::batch
