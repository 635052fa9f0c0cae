#include "pipeline/commands/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

namespace {

/// Takes a number with its unit off the front of `rest`.
std::optional<double> take_part_s(std::string_view& rest) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
      {{"s", 1}, {"ms", 1e-3}, {"m", 60}, {"h", 3600}}};
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  const std::string_view unit = rest.substr(0, rest.find_first_of("0123456789.-"));
  rest.remove_prefix(unit.size());
  for (const auto& [name, seconds] : kUnits) {
    if (unit == name) return value * seconds;
  }
  return std::nullopt;
}

}  // namespace

double parse_duration_s(const std::string& text) {
  const bool has_unit = text.find_first_not_of("0123456789.") != std::string::npos;
  const std::string with_unit = has_unit ? text : text + "s";
  std::string_view rest = with_unit;
  double sum_s = 0;
  do {
    const auto part_s = take_part_s(rest);
    if (!part_s) {
      throw UsageError(
          fmt::format("duration '{}': wanted numbers with s, ms, m or h, such as 20s or 1m30s", text));
    }
    sum_s += *part_s;
  } while (!rest.empty());
  return sum_s;
}

}  // namespace towfish::commands
