#pragma once

#include <filesystem>
#include <iosfwd>

#include "pipeline/contacts/store.hpp"

namespace towfish {

/// One row a contact, by id: contact_id, time_utc, latitude_deg, longitude_deg, position_error_m (radius that
/// holds the truth with 95 %), class, confidence, side, slant_range_m, ground_range_m, altitude_m,
/// heading_deg, length_m, width_m, height_m, shadow_length_m, frequency_khz, source_file, ping, sample. What
/// a look measured is of the best one; `ping` counts within source_file. Empty = unknown.
void write_csv(Store& store, std::ostream& out);
void write_csv(Store& store, const std::filesystem::path& file);

}  // namespace towfish
