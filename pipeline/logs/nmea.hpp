#pragma once

#include <optional>
#include <string_view>

namespace towfish {

/// What a sentence of NMEA 0183 says of position and heading.
struct NmeaReading {
  struct Place {
    double latitude_deg;
    double longitude_deg;
  };
  std::optional<Place> place;             ///< GGA, RMC and GLL that are marked valid.
  std::optional<float> true_heading_deg;  ///< HDT.
};

/// Reads one sentence, "$GPGGA,...*5B". One with a wrong checksum, of another kind or malformed reads as
/// nothing; one without a checksum is believed.
[[nodiscard]] NmeaReading read_nmea(std::string_view sentence);

}  // namespace towfish
