#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace towfish::batch {

/// How far a batch is.
struct Standing {
  std::uint64_t logs = 0;
  std::uint64_t logs_done = 0;
  std::uint64_t logs_failed = 0;  ///< Unreadable or set aside.
  std::uint64_t copies = 0;       ///< Of logs_done: content that another log has as well.
  std::uint64_t bytes = 0;
  std::uint64_t bytes_done = 0;    ///< Jobs under way counted by how far they are.
  std::uint64_t bytes_before = 0;  ///< Of bytes_done: done by earlier runs.
  std::uint64_t pings = 0;         ///< In this run.
  std::uint64_t faults = 0;
  std::uint64_t worker_deaths = 0;
  std::vector<std::string> current;  ///< Logs being worked on.
};

/// Shows it to people or to programs: a bar that is redrawn where stderr is a terminal, a line every five
/// seconds where it is not, or one JSON object a second on stdout. Clocks are passed in. Threads: one.
class Progress {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Style : std::uint8_t { bar, lines, json, none };

  Progress(Style style, Time now) : style_(style), started_(now), next_(now) {}

  /// Whether it is time to show something.
  [[nodiscard]] bool due(Time now) const noexcept { return style_ != Style::none && now >= next_; }
  void show(const Standing& standing, Time now);
  /// Shows the last one and goes to a new line.
  void finish(const Standing& standing, Time now);

  /// Seconds left at the average rate of this run; negative: not known yet.
  [[nodiscard]] static double seconds_left(const Standing& standing, double elapsed_s) noexcept;
  [[nodiscard]] static std::string bar(const Standing& standing, double elapsed_s, std::size_t columns);
  [[nodiscard]] static std::string json(const Standing& standing, double elapsed_s);

 private:
  void write(const Standing& standing, Time now);

  Style style_;
  Time started_;
  Time next_;
};

/// "1:02:03", "2:03" or "-" for less than nothing.
std::string clock_text(double seconds);

}  // namespace towfish::batch
