#include "pipeline/commands/log_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <limits>

#include "pipeline/commands/number_in.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {
namespace {

constexpr std::uint64_t kPingsPerLook = 1024;

}  // namespace

void LogArguments::add_to(CLI::App& command) {
  const auto* group = "Reading the log";
  command
      .add_option(
          "--channel", choices.channel,
          "Channel pair: its number as `info` lists it, or a frequency such as 400kHz [highest frequency]")
      ->group(group);
  command
      .add_option("--port-order", choices.port_order,
                  "How port is stored: detect, far-to-nadir, nadir-to-far")
      ->capture_default_str()
      ->group(group);
  command.add_option("--utm", choices.utm_zone, "Zone of positions in projected metres, such as 19n")
      ->group(group);
  command
      .add_option("--range-m", choices.range_m,
                  "Pictures and Humminbird: slant range of the wider side, m [30]")
      ->check(number_in(0.1, 5000.0))
      ->group(group);
  command
      .add_option("--ping-spacing-m", choices.ping_spacing_m, "Pictures: spacing of rows, m [square pixels]")
      ->check(number_in(0.001, 100.0))
      ->group(group);
  command.add_option("--nadir-column", choices.nadir_column, "Pictures: first column of starboard [found]")
      ->group(group);
}

std::uint64_t parse_place(const std::string& text, const std::string& option, Log& log) {
  const Place place = read_place(text, option);
  if (!place.is_time()) return place.ping;
  const auto found = log.find_time(place.time_utc_ns);
  if (!found && option == "--from") {
    throw UsageError(fmt::format("{} '{}': the log has no ping at or after this time", option, text));
  }
  return found.value_or(std::numeric_limits<std::uint64_t>::max());
}

Progress::Progress(std::string doing, const Log& log)
    : doing_(std::move(doing)),
      log_(&log),
      terminal_(::isatty(STDERR_FILENO) != 0),
      next_(std::chrono::steady_clock::now() + std::chrono::seconds(terminal_ ? 1 : 5)) {}

Progress::~Progress() {
  if (shown_ && terminal_) fmt::print(stderr, "\r\033[K");
}

void Progress::ping() {
  if (++pings_ % kPingsPerLook != 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(5000));
  shown_ = true;
  const std::string text = fmt::format("{} {:.0f} % ({} pings)", doing_, 100 * log_->progress(), pings_);
  fmt::print(stderr, fmt::runtime(terminal_ ? "\r{}" : "{}\n"), text);
  std::fflush(stderr);
}

}  // namespace towfish::commands
