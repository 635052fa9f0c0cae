#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pipeline/contacts/store.hpp"
#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// A chip as a grey PNG, 64 x 64.
std::vector<std::uint8_t> chip_png(const Chip& chip);

/// Draws the chip of each contact's best detection into the store, by all cores.
void draw_chips(Store& store, Store::Change& change);

/// Writes what was drawn into a folder, a CONTACT.png each, and removes what else is there. What is the same
/// already stays as it is: file systems are slow at making many files where many have just been removed
/// (ext4: 0.3 ms each instead of 0.03). Throws StoreError.
void write_chips(Store& store, const std::filesystem::path& folder);

/// As base64 (RFC 4648), for a page that has its pictures in itself.
std::string base64(const std::vector<std::uint8_t>& bytes);

}  // namespace towfish
