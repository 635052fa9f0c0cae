#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "pipeline/contacts/store.hpp"

namespace towfish {

/// One HTML file that needs nothing beside it: map, contacts with their chips, coverage and holes, latency,
/// and waterfall pictures if any are given. Opens in any browser, without scripts. `waterfalls` are PNG
/// files; StoreError if one cannot be read.
void write_report(Store& store, std::span<const std::filesystem::path> waterfalls, std::ostream& out);
void write_report(Store& store, std::span<const std::filesystem::path> waterfalls,
                  const std::filesystem::path& file);

/// The map of a survey as an SVG element: coverage, holes, track, contacts with their error ellipses, a scale
/// bar. North is up. Empty if nothing has a position.
std::string survey_map(const Survey& survey, const std::vector<Contact>& contacts);

}  // namespace towfish
