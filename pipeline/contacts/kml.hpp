#pragma once

#include <filesystem>
#include <iosfwd>

#include "pipeline/contacts/store.hpp"

namespace towfish {

/// KML 2.2 (OGC 07-147r2): a Placemark for every contact, with all that is known as ExtendedData, and the
/// track. Contacts without a position are left out, as KML has no word for them.
void write_kml(Store& store, std::ostream& out);
void write_kml(Store& store, const std::filesystem::path& file);
/// The same zipped, with the contacts' chips in the balloons.
void write_kmz(Store& store, const std::filesystem::path& file);

}  // namespace towfish
