#include "pipeline/commands/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

double parse_duration_s(const std::string& text) {
  constexpr std::array<std::pair<std::string_view, double>, 5> kUnits{
      {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"h", 3600}}};
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, seconds] : kUnits) {
    if (error == std::errc() && unit == name && std::isfinite(value) && value >= 0) return value * seconds;
  }
  throw UsageError(fmt::format("duration '{}': wanted a number with s, ms, m or h, such as 20s", text));
}

}  // namespace towfish::commands
