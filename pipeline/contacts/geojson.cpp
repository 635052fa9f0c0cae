#include "pipeline/contacts/geojson.hpp"

#include <nlohmann/json.hpp>

#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/output_file.hpp"
#include "pipeline/contacts/rounded.hpp"
#include "pipeline/contacts/utc_text.hpp"

namespace towfish {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(escape::plain(text));
}

Json properties(const Contact& contact, const Store& store) {
  const Look& best = contact.best;
  return {{"contact_id", contact.id},
          {"time_utc", text_or_null(utc_text(best.time_utc_ns))},
          {"position_error_m", rounded(contact.error.semi_major_m, 2)},
          {"error_minor_m", rounded(contact.error.semi_minor_m, 2)},
          {"error_bearing_deg", rounded(contact.error.bearing_deg, 1)},
          {"class", name(contact.contact_class)},
          {"confidence", rounded(contact.confidence, 4)},
          {"looks", contact.looks.size()},
          {"misses", contact.misses},
          {"extended", contact.extended},
          {"side", name(best.side)},
          {"slant_range_m", rounded(best.slant_range_m, 2)},
          {"ground_range_m", rounded(best.ground_range_m, 2)},
          {"altitude_m", rounded(best.altitude_m, 2)},
          {"heading_deg", rounded(best.heading_deg, 1)},
          {"length_m", rounded(contact.length_m, 2)},
          {"width_m", rounded(contact.width_m, 2)},
          {"height_m", rounded(contact.height_m, 2)},
          {"shadow_length_m", rounded(best.shadow_length_m, 2)},
          {"frequency_khz", best.frequency_khz > 0 ? rounded(best.frequency_khz, 1) : Json(nullptr)},
          {"source_file", text_or_null(store.source_of(best.ping))},
          {"ping", store.ping_in_source(best.ping)},
          {"sample", best.sample}};
}

Json geometry(const Contact& contact) {
  if (!contact.has_position()) return nullptr;
  return {{"type", "Point"},
          {"coordinates",
           {rounded(contact.position.longitude_deg, 7), rounded(contact.position.latitude_deg, 7)}}};
}

}  // namespace

void write_geojson(Store& store, std::ostream& out) {
  out << "{\"type\":\"FeatureCollection\",\"features\":[";
  bool first = true;
  store.for_each_contact([&](const Contact& contact) {
    const Json feature = {{"type", "Feature"},
                          {"id", contact.id},
                          {"geometry", geometry(contact)},
                          {"properties", properties(contact, store)}};
    out << (first ? "\n" : ",\n") << feature.dump();
    first = false;
  });
  out << "\n]}\n";
}

void write_geojson(Store& store, const std::filesystem::path& file) {
  OutputFile output(file);
  write_geojson(store, output.stream());
  output.commit();
}

}  // namespace towfish
