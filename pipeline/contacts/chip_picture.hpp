#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// A chip as a grey PNG, 64 x 64.
std::vector<std::uint8_t> chip_png(const Chip& chip);

/// As base64 (RFC 4648), for a page that has its pictures in itself.
std::string base64(const std::vector<std::uint8_t>& bytes);

}  // namespace towfish
