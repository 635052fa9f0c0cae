#pragma once

#include <cstddef>
#include <filesystem>

#include "pipeline/contacts/store.hpp"

namespace towfish {

/// A folder to train a network with: images/ID.png, the chip of every look that has one, labels/ID.txt, one
/// line "class x y width height" in shares of the picture, and classes.txt. Class 0 is MILCO, 1 NOMBO; looks
/// at what is not classified get an empty label file. The box holds highlight and shadow. Returns the number
/// of pictures. The folder must not exist yet or be empty: StoreError.
std::size_t write_yolo(Store& store, const std::filesystem::path& folder);

}  // namespace towfish
