#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipeline/sonar/contact.hpp"

namespace towfish {

/// What is known of a contact as names and texts, in the order in which people read it; what is unknown is
/// left out. Not escaped.
std::vector<std::pair<std::string, std::string>> contact_fields(const Contact& contact,
                                                                const std::string& source_file);

}  // namespace towfish
