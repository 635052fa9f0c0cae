#include <cmath>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/contact_message.hpp"
#include "pipeline/contacts/utc_text.hpp"

namespace towfish::contact_message {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value, double decimals) {
  if (!std::isfinite(value)) return nullptr;
  return std::round(value * decimals) / decimals;
}

Json to_json(const Message& m) {
  const std::string time = utc_text(m.time_utc_ns);
  return {{"packet", "contact"},
          {"contact_id", m.contact_id},
          {"time_utc", time.empty() ? Json(nullptr) : Json(time)},
          {"latitude_deg", number(m.position.latitude_deg, 1e7)},
          {"longitude_deg", number(m.position.longitude_deg, 1e7)},
          {"position_error_m", number(m.error.semi_major_m, 100)},
          {"error_minor_m", number(m.error.semi_minor_m, 100)},
          {"error_bearing_deg", number(m.error.bearing_deg, 100)},
          {"class", name(m.contact_class)},
          {"side", name(m.side)},
          {"extended", m.extended},
          {"confidence", number(m.confidence, 1000)},
          {"looks", m.looks},
          {"misses", m.misses},
          {"length_m", number(m.length_m, 100)},
          {"width_m", number(m.width_m, 100)},
          {"height_m", number(m.height_m, 100)},
          {"shadow_length_m", number(m.shadow_length_m, 100)},
          {"slant_range_m", number(m.slant_range_m, 100)},
          {"altitude_m", number(m.altitude_m, 100)},
          {"heading_deg", number(m.heading_deg, 100)},
          {"frequency_khz", number(m.frequency_khz, 10)},
          {"ping", m.ping},
          {"sample", m.sample},
          {"thumbnail_packets", m.thumbnail_packets}};
}

Json to_json(const ThumbnailPart& part) {
  std::string pixels;
  for (const std::uint8_t byte : part.bytes) {
    for (const int level : {byte >> 4, byte & 15}) pixels += "0123456789abcdef"[level];
  }
  return {{"packet", "thumbnail"},
          {"contact_id", part.contact_id},
          {"part", part.part},
          {"offset", part.offset},
          {"pixels", pixels}};
}

}  // namespace

std::string json_line(const Packet& packet) {
  return std::visit([](const auto& content) { return to_json(content).dump(); }, packet) + '\n';
}

}  // namespace towfish::contact_message
