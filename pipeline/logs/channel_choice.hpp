#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/logs/log.hpp"

namespace towfish {

/// The pair that `options` ask for, or the highest frequency. Throws UsageError, naming what there is, where
/// they ask for one that does not exist.
[[nodiscard]] std::size_t choose_pair(const std::vector<ChannelPair>& pairs, const LogOptions& options,
                                      const std::filesystem::path& file);

/// Throws UsageError unless the zone is empty or one such as "19N".
void check_utm_zone(const std::string& zone);

/// Latitude and longitude of projected metres; nullopt outside of the zone's limits.
[[nodiscard]] std::optional<std::array<double, 2>> from_utm(const std::string& zone, double northing_m,
                                                            double easting_m);

}  // namespace towfish
