#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "pipeline/sonar/side.hpp"

namespace towfish::commands {

/// A place in a log to be marked in its picture.
struct Mark {
  Side side = Side::port;
  std::uint64_t first_ping = 0;
  std::uint64_t last_ping = 0;
  std::uint64_t first_sample = 0;
  std::uint64_t last_sample = 0;
  float length_m = 0;  ///< Along track; 0 where the extent in pings and samples is all that is known.
  float width_m = 0;   ///< Across track.
  std::string label;
};

struct Marks {
  std::vector<Mark> marks;
  std::size_t without_place = 0;  ///< Rows with no ping or sample.
};

/// Reads contacts.csv, truth.csv, or a file marked by eye: a header line names the columns, '#' starts a
/// comment. Wanted are side, ping and sample; last_ping, last_sample, length_m, width_m, class or kind, and
/// confidence are used where they are. Throws InputError, naming file and line.
[[nodiscard]] Marks read_marks(std::istream& in, const std::string& file);
[[nodiscard]] Marks read_marks(const std::filesystem::path& file);

}  // namespace towfish::commands
