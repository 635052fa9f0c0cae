#include "pipeline/contacts/contact_fields.hpp"

#include <fmt/format.h>

#include <cmath>

#include "pipeline/contacts/utc_text.hpp"

namespace towfish {

std::vector<std::pair<std::string, std::string>> contact_fields(const Contact& contact, const Store& store) {
  std::vector<std::pair<std::string, std::string>> fields;
  const auto text = [&](const char* name, std::string value) {
    if (!value.empty()) fields.emplace_back(name, std::move(value));
  };
  const auto number = [&](const char* name, double value, int decimals) {
    if (std::isfinite(value)) fields.emplace_back(name, fmt::format("{:.{}f}", value, decimals));
  };
  const Look& best = contact.best;
  text("class", name(contact.contact_class));
  number("confidence", contact.confidence, 3);
  text("looks", std::to_string(contact.looks.size()));
  text("misses", std::to_string(contact.misses));
  text("time_utc", utc_text(best.time_utc_ns));
  number("latitude_deg", contact.position.latitude_deg, 7);
  number("longitude_deg", contact.position.longitude_deg, 7);
  number("position_error_m", contact.position_error_m(), 2);
  number("length_m", contact.length_m, 2);
  number("width_m", contact.width_m, 2);
  number("height_m", contact.height_m, 2);
  number("shadow_length_m", best.shadow_length_m, 2);
  text("side", std::string(name(best.side)));
  number("slant_range_m", best.slant_range_m, 2);
  number("altitude_m", best.altitude_m, 2);
  number("heading_deg", best.heading_deg, 1);
  text("source_file", store.source_of(best.ping));
  text("ping", std::to_string(store.ping_in_source(best.ping)));
  text("sample", std::to_string(best.sample));
  return fields;
}

}  // namespace towfish
