#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "pipeline/picture/picture.hpp"

namespace towfish {

/// RGB for each of 256 intensities.
using ColourMap = std::array<std::array<std::uint8_t, 3>, 256>;

/// Every name that colour_map() knows; the first, copper, is the default.
[[nodiscard]] std::span<const std::string_view> colour_map_names() noexcept;

/// The map of this name; nullptr if there is none.
[[nodiscard]] const ColourMap* colour_map(std::string_view name) noexcept;

/// A grey picture in colours.
[[nodiscard]] Picture coloured(const Picture& grey, const ColourMap& map);

}  // namespace towfish
