#include "pipeline/logs/nmea.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace towfish {
namespace {

using Parts = std::array<std::string_view, 12>;

bool checksum_fits(std::string_view sentence) {
  const std::size_t star = sentence.find('*');
  if (star == std::string_view::npos || star + 3 > sentence.size()) return true;
  std::uint8_t sum = 0;
  for (const char c : sentence.substr(1, star - 1)) sum = static_cast<std::uint8_t>(sum ^ c);
  unsigned told = 256;
  std::from_chars(sentence.data() + star + 1, sentence.data() + star + 3, told, 16);
  return told == sum;
}

Parts split(std::string_view rest) {
  Parts parts;
  for (auto& part : parts) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    part = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return parts;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end != text.data() && std::isfinite(value) ? std::optional(value)
                                                                            : std::nullopt;
}

/// ddmm.mmmm or dddmm.mmmm and a letter.
std::optional<double> degrees(std::string_view text, std::string_view hemisphere, double limit) {
  const auto value = number(text);
  if (!value || *value < 0 || hemisphere.size() != 1) return std::nullopt;
  const double whole = std::floor(*value / 100);
  const double minutes = *value - whole * 100;
  const double angle = whole + minutes / 60;
  if (minutes >= 60 || angle > limit) return std::nullopt;
  return hemisphere == "S" || hemisphere == "W" ? -angle : angle;
}

/// Latitude, N or S, longitude, E or W from the part `first` on.
std::optional<NmeaReading::Place> place(const Parts& parts, std::size_t first) {
  const auto latitude = degrees(parts[first], parts[first + 1], 90);
  const auto longitude = degrees(parts[first + 2], parts[first + 3], 180);
  if (!latitude || !longitude) return std::nullopt;
  return NmeaReading::Place{*latitude, *longitude};
}

}  // namespace

NmeaReading read_nmea(std::string_view sentence) {
  NmeaReading reading;
  if (sentence.size() < 7 || sentence[0] != '$' || !checksum_fits(sentence)) return reading;
  const Parts parts = split(sentence.substr(0, sentence.find('*')));
  const std::string_view kind = parts[0].size() == 6 ? parts[0].substr(3) : "";
  if (kind == "GGA" && !parts[6].empty() && parts[6] != "0") reading.place = place(parts, 2);
  if (kind == "RMC" && parts[2] == "A") reading.place = place(parts, 3);
  if (kind == "GLL" && parts[6] != "V") reading.place = place(parts, 1);
  if (kind == "HDT") {
    const auto heading = number(parts[1]);
    if (heading && *heading >= 0 && *heading <= 360) reading.true_heading_deg = static_cast<float>(*heading);
  }
  return reading;
}

}  // namespace towfish
