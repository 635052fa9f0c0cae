#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <set>
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
  std::string source_file = {};  ///< The log it is in, where the row says.
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

/// Which of the logs that rows name as their source is this one, by file name. None: rows say nothing, or
/// name one log, which has another name now. Throws InputError where several are named and none is this one.
[[nodiscard]] std::optional<std::string> source_of_log(const std::set<std::string>& sources,
                                                       const std::string& log);

/// Leaves out the marks whose row names another log than this one. Returns how many those were.
template <class Mark>
std::size_t leave_out_other_logs(std::vector<Mark>& marks, const std::string& log) {
  std::set<std::string> sources;
  for (const Mark& mark : marks) sources.insert(mark.source_file);
  sources.erase("");
  const auto own = source_of_log(sources, log);
  return std::erase_if(
      marks, [&](const Mark& mark) { return own && !mark.source_file.empty() && mark.source_file != *own; });
}

}  // namespace towfish::commands
