#include "pipeline/contacts/kml.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <cmath>
#include <sstream>

#include "pipeline/contacts/chip_picture.hpp"
#include "pipeline/contacts/contact_fields.hpp"
#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/output_file.hpp"
#include "pipeline/contacts/utc_text.hpp"
#include "pipeline/contacts/zip_file.hpp"

namespace towfish {

namespace {

constexpr std::string_view kOpening = R"(<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
<name>towfish contacts</name>
<Style id="MILCO"><IconStyle><color>ff0000ff</color><scale>1.2</scale></IconStyle></Style>
<Style id="NOMBO"><IconStyle><color>ff00c0ff</color></IconStyle></Style>
<Style id="MILEC"><IconStyle><color>ffffffff</color></IconStyle></Style>
<Style id="track"><LineStyle><color>ffff8000</color><width>2</width></LineStyle></Style>
)";

std::string chip_name(const Contact& contact) {
  return fmt::format("chips/{}.png", contact.id);
}

void write_placemark(std::ostream& out, const Contact& contact, const Store& store, bool with_chip) {
  const char* kind = name(contact.contact_class);
  fmt::print(out, "<Placemark id=\"contact{}\">\n<name>{} {}</name>\n", contact.id, kind, contact.id);
  const auto fields = contact_fields(contact, store);
  if (with_chip) {
    // A balloon is HTML inside XML: escaped for the one, then as a whole for the other.
    std::string balloon = fmt::format("<img src=\"{}\" width=\"256\"/><table>", chip_name(contact));
    for (const auto& [key, value] : fields) {
      balloon += fmt::format("<tr><td>{}</td><td>{}</td></tr>", key, escape::markup(value));
    }
    fmt::print(out, "<description>{}</description>\n", escape::markup(balloon + "</table>"));
  }
  const std::string time = utc_text(contact.best.time_utc_ns);
  if (!time.empty()) fmt::print(out, "<TimeStamp><when>{}</when></TimeStamp>\n", time);
  fmt::print(out, "<styleUrl>#{}</styleUrl>\n<ExtendedData>\n", kind);
  for (const auto& [key, value] : fields) {
    fmt::print(out, "<Data name=\"{}\"><value>{}</value></Data>\n", key, escape::markup(value));
  }
  fmt::print(out, "</ExtendedData>\n<Point><coordinates>{:.7f},{:.7f}</coordinates></Point>\n</Placemark>\n",
             contact.position.longitude_deg, contact.position.latitude_deg);
}

void write_track(std::ostream& out, const TrackLine& line) {
  fmt::print(
      out,
      "<Placemark>\n<name>pass {}</name>\n<styleUrl>#track</styleUrl>\n<LineString><tessellate>1</tessellate>"
      "<coordinates>",
      line.pass);
  for (const Position p : line.points) fmt::print(out, "{:.7f},{:.7f} ", p.longitude_deg, p.latitude_deg);
  out << "</coordinates></LineString>\n</Placemark>\n";
}

void write_document(Store& store, std::ostream& out, bool with_chips) {
  out << kOpening << "<Folder><name>contacts</name>\n";
  store.for_each_contact([&](const Contact& contact) {
    if (!contact.has_position()) return;
    const bool with_chip = with_chips && store.chip(contact.best.detection).has_value();
    write_placemark(out, contact, store, with_chip);
  });
  out << "</Folder>\n<Folder><name>track</name>\n";
  for (const TrackLine& line : store.survey().track) write_track(out, line);
  out << "</Folder>\n</Document>\n</kml>\n";
}

}  // namespace

void write_kml(Store& store, std::ostream& out) {
  write_document(store, out, false);
}

void write_kml(Store& store, const std::filesystem::path& file) {
  OutputFile output(file);
  write_kml(store, output.stream());
  output.commit();
}

void write_kmz(Store& store, const std::filesystem::path& file) {
  OutputFile output(file);
  ZipFile zip(output.stream());
  std::ostringstream document;
  write_document(store, document, true);
  zip.add("doc.kml", document.view());
  store.for_each_contact([&](const Contact& contact) {
    const auto chip = store.chip(contact.best.detection);
    if (chip && contact.has_position()) zip.add(chip_name(contact), chip_png(*chip));
  });
  zip.finish();
  output.commit();
}

}  // namespace towfish
