#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/picture/picture.hpp"

namespace towfish {

/// Whether each pixel belongs to white writing burned into a picture in colours (the name of the log, the
/// frequency): pixels without colour whose neighbours on the way to the map's bright end are missing. Empty
/// where there is none: in a grey picture, and in one whose colour map itself ends in white. Includes a
/// margin for outlines and for what JPEG smears.
[[nodiscard]] std::vector<bool> find_writing(const Picture& picture);

/// Fills marked pixels of a grey picture with the texture above or below them, mirrored, so that neither an
/// edge nor a smooth patch is left.
void paint_over(Picture& grey, const std::vector<bool>& marked);

}  // namespace towfish
