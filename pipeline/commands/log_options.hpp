#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "pipeline/logs/log.hpp"
#include "pipeline/logs/log_choices.hpp"

namespace CLI {
class App;
}

namespace towfish::commands {

/// What the command line says of a log that the log itself leaves open.
struct LogArguments {
  LogChoices choices;

  /// Adds --channel, --port-order, --utm, --range-m, --ping-spacing-m and --nadir-column.
  void add_to(CLI::App& command);
  /// UsageError where they mean nothing.
  [[nodiscard]] LogOptions parsed() const { return choices.options(); }
};

/// The ping at a place as read_place() wants it. After the end lies a --to; a --from there is a UsageError.
[[nodiscard]] std::uint64_t parse_place(const std::string& text, const std::string& option, Log& log);

/// Says on stderr how far a long reading is: often on a terminal, every few seconds elsewhere.
class Progress {
 public:
  Progress(std::string doing, const Log& log);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();
  /// Call for every ping; costs next to nothing.
  void ping();

 private:
  std::string doing_;
  const Log* log_;
  bool terminal_;
  bool shown_ = false;
  std::uint64_t pings_ = 0;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace towfish::commands
