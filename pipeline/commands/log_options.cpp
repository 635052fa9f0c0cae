#include "pipeline/commands/log_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "pipeline/logs/log_summary.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {
namespace {

constexpr std::uint64_t kPingsPerLook = 1024;

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

void LogArguments::add_to(CLI::App& command) {
  const auto* group = "Reading the log";
  command
      .add_option(
          "--channel", channel,
          "Channel pair: its number as `info` lists it, or a frequency such as 400kHz [highest frequency]")
      ->group(group);
  command.add_option("--port-order", port_order, "How port is stored: detect, far-to-nadir, nadir-to-far")
      ->capture_default_str()
      ->group(group);
  command.add_option("--utm", options.utm_zone, "Zone of positions in projected metres, such as 19n")
      ->group(group);
  command.add_option("--range-m", options.range_m, "Pictures: slant range of the wider side, m [30]")
      ->check(CLI::Range(0.1, 5000.0))
      ->group(group);
  command
      .add_option("--ping-spacing-m", options.ping_spacing_m, "Pictures: spacing of rows, m [square pixels]")
      ->check(CLI::Range(0.001, 100.0))
      ->group(group);
  command.add_option("--nadir-column", options.nadir_column, "Pictures: first column of starboard [found]")
      ->group(group);
}

LogOptions LogArguments::parsed() const {
  LogOptions parsed = options;
  if (port_order == "far-to-nadir") {
    parsed.port_order = PortOrder::far_to_nadir;
  } else if (port_order == "nadir-to-far") {
    parsed.port_order = PortOrder::nadir_to_far;
  } else if (port_order != "detect") {
    throw UsageError(
        fmt::format("--port-order '{}': wanted detect, far-to-nadir or nadir-to-far", port_order));
  }
  if (channel.empty()) return parsed;
  const bool frequency = channel.size() > 3 && (channel.ends_with("kHz") || channel.ends_with("khz"));
  if (frequency) {
    parsed.frequency_khz = parse_number<float>(std::string_view(channel).substr(0, channel.size() - 3));
  } else {
    parsed.pair = parse_number<std::size_t>(channel);
  }
  if (!parsed.frequency_khz && !parsed.pair) {
    throw UsageError(
        fmt::format("--channel '{}': wanted a pair's number, or a frequency such as 400kHz", channel));
  }
  return parsed;
}

std::uint64_t parse_place(const std::string& text, const std::string& option, Log& log) {
  if (const auto number = parse_number<std::uint64_t>(text)) return *number;
  const auto time = parse_iso_time(text);
  if (!time) {
    throw UsageError(fmt::format("{} '{}': wanted a ping number, or a UTC time such as 2024-05-17T08:30:00Z",
                                 option, text));
  }
  const auto found = log.find_time(*time);
  if (!found)
    throw UsageError(fmt::format("{} '{}': the log has no ping at or after this time", option, text));
  return *found;
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
