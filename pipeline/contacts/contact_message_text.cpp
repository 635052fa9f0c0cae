#include <nlohmann/json.hpp>

#include "pipeline/contacts/contact_message.hpp"
#include "pipeline/contacts/rounded.hpp"
#include "pipeline/contacts/utc_text.hpp"

namespace towfish::contact_message {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Message& m) {
  const std::string time = utc_text(m.time_utc_ns);
  return {{"packet", "contact"},
          {"contact_id", m.contact_id},
          {"time_utc", time.empty() ? Json(nullptr) : Json(time)},
          {"latitude_deg", rounded(m.position.latitude_deg, 7)},
          {"longitude_deg", rounded(m.position.longitude_deg, 7)},
          {"position_error_m", rounded(m.error.semi_major_m, 2)},
          {"error_minor_m", rounded(m.error.semi_minor_m, 2)},
          {"error_bearing_deg", rounded(m.error.bearing_deg, 2)},
          {"class", name(m.contact_class)},
          {"side", name(m.side)},
          {"extended", m.extended},
          {"confidence", rounded(m.confidence, 3)},
          {"looks", m.looks},
          {"misses", m.misses},
          {"length_m", rounded(m.length_m, 2)},
          {"width_m", rounded(m.width_m, 2)},
          {"height_m", rounded(m.height_m, 2)},
          {"shadow_length_m", rounded(m.shadow_length_m, 2)},
          {"slant_range_m", rounded(m.slant_range_m, 2)},
          {"altitude_m", rounded(m.altitude_m, 2)},
          {"heading_deg", rounded(m.heading_deg, 2)},
          {"frequency_khz", rounded(m.frequency_khz, 1)},
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
