#include "pipeline/logs/channel_choice.hpp"

#include <GeographicLib/UTMUPS.hpp>
#include <algorithm>
#include <cmath>

#include "pipeline/sonar/error.hpp"

namespace towfish {

namespace {
constexpr float kSameFrequency = 0.2F;  // sonars are called by round numbers
}  // namespace

std::size_t choose_pair(const std::vector<ChannelPair>& pairs, const LogOptions& options,
                        const std::filesystem::path& file) {
  if (options.pair) {
    if (*options.pair < pairs.size()) return *options.pair;
    throw UsageError(file.string() + ": has no channel pair " + std::to_string(*options.pair) +
                     ", pairs are 0 to " + std::to_string(pairs.size() - 1));
  }
  const auto best =
      std::max_element(pairs.begin(), pairs.end(), [&](const ChannelPair& a, const ChannelPair& b) {
        if (!options.frequency_khz) return a.frequency_khz < b.frequency_khz;
        return std::abs(a.frequency_khz - *options.frequency_khz) >
               std::abs(b.frequency_khz - *options.frequency_khz);
      });
  if (options.frequency_khz) {
    const float wanted = *options.frequency_khz;
    const bool known = best->frequency_khz > 0;
    if (known && std::abs(best->frequency_khz - wanted) > kSameFrequency * wanted) {
      throw UsageError(file.string() + ": has no channel pair near " + std::to_string(std::lround(wanted)) +
                       " kHz; the nearest, pair " + std::to_string(best - pairs.begin()) + ", is of " +
                       std::to_string(std::lround(best->frequency_khz)) + " kHz");
    }
  }
  return static_cast<std::size_t>(best - pairs.begin());
}

void check_utm_zone(const std::string& zone) {
  if (zone.empty()) return;
  try {
    int number = 0;
    bool north = false;
    GeographicLib::UTMUPS::DecodeZone(zone, number, north);
  } catch (const GeographicLib::GeographicErr&) {
    throw UsageError("UTM zone '" + zone +
                     "' is none; wanted is a number from 1 to 60 and n or s, such as 19n");
  }
}

std::optional<std::array<double, 2>> from_utm(const std::string& zone, double northing_m, double easting_m) {
  try {
    int number = 0;
    bool north = false;
    GeographicLib::UTMUPS::DecodeZone(zone, number, north);
    std::array<double, 2> degrees{};
    GeographicLib::UTMUPS::Reverse(number, north, easting_m, northing_m, degrees[0], degrees[1]);
    return degrees;
  } catch (const GeographicLib::GeographicErr&) {
    return std::nullopt;
  }
}

}  // namespace towfish
