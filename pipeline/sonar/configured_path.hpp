#pragma once

#include <string>

namespace towfish {

/// A file that a configuration names, and where it does: for messages about it later on.
struct ConfiguredPath {
  std::string path;   ///< Absolute once read from a configuration; empty: none.
  std::string where;  ///< "config/detectors/mine.yaml:3: key 'library.path'"
};

}  // namespace towfish
