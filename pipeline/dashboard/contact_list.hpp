#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "pipeline/contacts/reviews.hpp"
#include "pipeline/contacts/store.hpp"

namespace towfish::dashboard {

/// The contacts of a store for the page, with what people said about them; at most kMostContacts, the most
/// confident ones. `total` counts them all.
nlohmann::json contact_list(Store& store, const std::vector<Review>& reviews);
inline constexpr std::size_t kMostContacts = 2000;

/// Holes and coverage of a store for the map.
nlohmann::json survey(Store& store);

}  // namespace towfish::dashboard
