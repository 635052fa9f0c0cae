#include "pipeline/contacts/csv.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <cmath>

#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/output_file.hpp"
#include "pipeline/contacts/utc_text.hpp"

namespace towfish {

namespace {

constexpr std::string_view kHeader =
    "contact_id,time_utc,latitude_deg,longitude_deg,position_error_m,class,confidence,side,slant_range_m,"
    "ground_range_m,altitude_m,heading_deg,length_m,width_m,height_m,shadow_length_m,frequency_khz,source_"
    "file,"
    "ping,sample\n";

std::string number(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : std::string();
}

}  // namespace

void write_csv(Store& store, std::ostream& out) {
  out << kHeader;
  store.for_each_contact([&](const Contact& contact) {
    const Look& best = contact.best;
    fmt::print(out, "{},{},{},{},{},{},", contact.id, utc_text(best.time_utc_ns),
               number(contact.position.latitude_deg, 7), number(contact.position.longitude_deg, 7),
               number(contact.position_error_m(), 2), name(contact.contact_class));
    fmt::print(out, "{},{},{},{},{},{},", number(contact.confidence, 4), name(best.side),
               number(best.slant_range_m, 2), number(best.ground_range_m, 2), number(best.altitude_m, 2),
               number(best.heading_deg, 1));
    fmt::print(out, "{},{},{},{},{},", number(contact.length_m, 2), number(contact.width_m, 2),
               number(contact.height_m, 2), number(best.shadow_length_m, 2),
               best.frequency_khz > 0 ? number(best.frequency_khz, 1) : "");
    fmt::print(out, "{},{},{}\n", escape::csv(store.source_of(best.ping)), store.ping_in_source(best.ping),
               best.sample);
  });
}

void write_csv(Store& store, const std::filesystem::path& file) {
  OutputFile output(file);
  write_csv(store, output.stream());
  output.commit();
}

}  // namespace towfish
