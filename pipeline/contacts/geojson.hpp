#pragma once

#include <filesystem>
#include <iosfwd>

#include "pipeline/contacts/store.hpp"

namespace towfish {

/// RFC 7946: a FeatureCollection with a Point for every contact (geometry null without a position), its
/// columns of contacts.csv and more as properties; unknown values are null.
void write_geojson(Store& store, std::ostream& out);
void write_geojson(Store& store, const std::filesystem::path& file);

}  // namespace towfish
