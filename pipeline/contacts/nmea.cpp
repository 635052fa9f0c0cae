#include "pipeline/contacts/nmea.hpp"

#include <fmt/format.h>

#include <cmath>

#include "pipeline/contacts/output_file.hpp"

namespace towfish {

namespace {

/// Degrees and decimal minutes, rounded as a whole so that no 60 minutes appear.
std::string angle(double degrees, int degree_digits, char positive, char negative) {
  constexpr std::int64_t kUnitsPerMinute = 100'000;
  const std::int64_t units = std::llround(std::abs(degrees) * 60 * kUnitsPerMinute);
  const std::int64_t whole = units / (60 * kUnitsPerMinute);
  const double minutes = static_cast<double>(units % (60 * kUnitsPerMinute)) / kUnitsPerMinute;
  return fmt::format("{:0{}}{:08.5f},{}", whole, degree_digits, minutes, degrees < 0 ? negative : positive);
}

std::string number(float value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : std::string();
}

}  // namespace

std::string nmea_line(const Contact& contact) {
  const std::string body = fmt::format(
      "EXWPT,{},{},{},{},{},{},{},{},{}", contact.id, angle(contact.position.latitude_deg, 2, 'N', 'S'),
      angle(contact.position.longitude_deg, 3, 'E', 'W'), name(contact.contact_class),
      number(contact.confidence, 3), number(contact.position_error_m(), 1), number(contact.length_m, 2),
      number(contact.width_m, 2), number(contact.height_m, 2));
  unsigned sum = 0;
  for (const char c : body) sum ^= static_cast<unsigned char>(c);
  return fmt::format("${}*{:02X}\r\n", body, sum);
}

void write_nmea(Store& store, std::ostream& out) {
  store.for_each_contact([&](const Contact& contact) {
    if (contact.has_position()) out << nmea_line(contact);
  });
}

void write_nmea(Store& store, const std::filesystem::path& file) {
  OutputFile output(file);
  write_nmea(store, output.stream());
  output.commit();
}

}  // namespace towfish
