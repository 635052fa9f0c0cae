#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// A chip as a grey PNG, 64 x 64.
std::vector<std::uint8_t> chip_png(const Chip& chip);
/// The same for many, by all cores.
std::vector<std::vector<std::uint8_t>> chip_pngs(std::span<const Chip> chips);

/// As base64 (RFC 4648), for a page that has its pictures in itself.
std::string base64(const std::vector<std::uint8_t>& bytes);

}  // namespace towfish
