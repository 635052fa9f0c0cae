#include "pipeline/logs/log_choices.hpp"

#include <charconv>
#include <string_view>

#include "pipeline/logs/log_summary.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish {
namespace {

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

PortOrder parse_port_order(const std::string& text) {
  if (text == "detect") return PortOrder::detect;
  if (text == "far-to-nadir") return PortOrder::far_to_nadir;
  if (text == "nadir-to-far") return PortOrder::nadir_to_far;
  throw UsageError("--port-order '" + text + "': wanted detect, far-to-nadir or nadir-to-far");
}

}  // namespace

LogOptions LogChoices::options() const {
  LogOptions options;
  options.port_order = parse_port_order(port_order);
  options.utm_zone = utm_zone;
  if (range_m > 0) options.range_m = static_cast<float>(range_m);
  if (ping_spacing_m > 0) options.ping_spacing_m = static_cast<float>(ping_spacing_m);
  if (nadir_column >= 0) options.nadir_column = static_cast<std::uint32_t>(nadir_column);
  if (channel.empty()) return options;
  const bool frequency = channel.size() > 3 && (channel.ends_with("kHz") || channel.ends_with("khz"));
  if (frequency) {
    options.frequency_khz = parse_number<float>(std::string_view(channel).substr(0, channel.size() - 3));
  } else {
    options.pair = parse_number<std::size_t>(channel);
  }
  if (!options.frequency_khz && !options.pair) {
    throw UsageError("--channel '" + channel + "': wanted a pair's number, or a frequency such as 400kHz");
  }
  return options;
}

Place read_place(const std::string& text, const std::string& option) {
  if (const auto number = parse_number<std::uint64_t>(text)) return {.ping = *number};
  if (const auto time = parse_iso_time(text)) return {.time_utc_ns = *time};
  throw UsageError(option + " '" + text +
                   "': wanted a ping number, or a UTC time such as 2024-05-17T08:30:00Z");
}

}  // namespace towfish
