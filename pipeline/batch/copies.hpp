#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "pipeline/batch/ledger.hpp"

namespace towfish::batch {

/// Logs whose content another log has as well, by id, with the one that counts instead: the first of them.
using Copies = std::unordered_map<std::uint64_t, const LogRow*>;

/// Of logs that have been read to their end; of others the content is not known.
Copies find_copies(const std::vector<LogRow>& logs);

}  // namespace towfish::batch
