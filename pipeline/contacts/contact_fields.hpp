#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipeline/contacts/store.hpp"

namespace towfish {

/// What is known of a contact as names and texts, in the order in which people read it; what is unknown is
/// left out. Not escaped. `store` knows which log it is in.
std::vector<std::pair<std::string, std::string>> contact_fields(const Contact& contact, const Store& store);

}  // namespace towfish
