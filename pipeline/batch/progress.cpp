#include "pipeline/batch/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/escape.hpp"

namespace towfish::batch {

namespace {

constexpr double kMega = 1e6;

double share(const Standing& standing) noexcept {
  if (standing.bytes == 0) return 1;
  return std::min(1.0, static_cast<double>(standing.bytes_done) / static_cast<double>(standing.bytes));
}

double rate_mb_s(const Standing& standing, double elapsed_s) noexcept {
  // Less than before where a log that was done has to be done again.
  const auto done = static_cast<double>(standing.bytes_done) - static_cast<double>(standing.bytes_before);
  return elapsed_s > 0 ? std::max(0.0, done) / kMega / elapsed_s : 0;
}

std::size_t terminal_columns() noexcept {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

/// Whether somebody reads it or not: a batch goes on.
void say(std::FILE* stream, const std::string& text) {
  std::fputs(text.c_str(), stream);
  std::fflush(stream);
}

}  // namespace

std::string clock_text(double seconds) {
  if (!(seconds >= 0)) return "-";
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

double Progress::seconds_left(const Standing& standing, double elapsed_s) noexcept {
  const double rate = rate_mb_s(standing, elapsed_s) * kMega;
  const auto left = static_cast<double>(standing.bytes - std::min(standing.bytes, standing.bytes_done));
  return rate > 0 ? left / rate : left > 0 ? -1 : 0;
}

std::string Progress::bar(const Standing& standing, double elapsed_s, std::size_t columns) {
  constexpr std::size_t kBar = 20;
  const auto filled = static_cast<std::size_t>(share(standing) * kBar);
  std::string text = fmt::format("[{}{}] {:3.0f}%  {}/{} logs  {:.1f} MB/s  {:.0f} pings/s  left {}",
                                 std::string(filled, '#'), std::string(kBar - filled, '.'),
                                 std::floor(share(standing) * 100), standing.logs_done + standing.logs_failed,
                                 standing.logs, rate_mb_s(standing, elapsed_s),
                                 elapsed_s > 0 ? static_cast<double>(standing.pings) / elapsed_s : 0,
                                 clock_text(seconds_left(standing, elapsed_s)));
  if (standing.logs_failed > 0) text += fmt::format("  failed {}", standing.logs_failed);
  if (standing.copies > 0) text += fmt::format("  copies {}", standing.copies);
  if (standing.worker_deaths > 0) text += fmt::format("  workers died {}", standing.worker_deaths);
  if (standing.faults > 0) text += fmt::format("  faults {}", standing.faults);
  for (std::size_t i = 0; i < standing.current.size(); ++i) {
    text += (i == 0 ? "  " : ", ") + escape::plain(standing.current[i]);
  }
  if (text.size() > columns) text.resize(columns);
  return text;
}

std::string Progress::json(const Standing& standing, double elapsed_s) {
  return nlohmann::json{{"event", "progress"},
                        {"elapsed_s", elapsed_s},
                        {"left_s", seconds_left(standing, elapsed_s)},
                        {"share", share(standing)},
                        {"logs", standing.logs},
                        {"logs_done", standing.logs_done},
                        {"logs_failed", standing.logs_failed},
                        {"copies", standing.copies},
                        {"bytes", standing.bytes},
                        {"bytes_done", standing.bytes_done},
                        {"pings", standing.pings},
                        {"mb_per_s", rate_mb_s(standing, elapsed_s)},
                        {"faults", standing.faults},
                        {"worker_deaths", standing.worker_deaths},
                        {"current", standing.current}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void Progress::write(const Standing& standing, Time now) {
  const double elapsed_s = std::chrono::duration<double>(now - started_).count();
  switch (style_) {
    case Style::bar:
      return say(stderr, fmt::format("\r{}\x1b[K", bar(standing, elapsed_s, terminal_columns() - 1)));
    case Style::lines:
      return say(stderr, bar(standing, elapsed_s, 240) + "\n");
    case Style::json:
      return say(stdout, json(standing, elapsed_s) + "\n");
    case Style::none:
      return;
  }
}

void Progress::show(const Standing& standing, Time now) {
  next_ = now + (style_ == Style::bar    ? std::chrono::milliseconds(250)
                 : style_ == Style::json ? std::chrono::milliseconds(1000)
                                         : std::chrono::milliseconds(5000));
  write(standing, now);
}

void Progress::finish(const Standing& standing, Time now) {
  write(standing, now);
  if (style_ == Style::bar) say(stderr, "\n");
}

}  // namespace towfish::batch
