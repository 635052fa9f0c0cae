#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/batch/ledger.hpp"

namespace towfish::batch {

/// Draws every log that has reports as a waterfall with its contacts, each by a process of its own, `jobs`
/// at a time, into `out`/pictures, and writes the survey as pages to be looked at in a browser: index.html
/// with all logs, and for each log its waterfall and the chips of its contacts. Wants the store, the chips
/// and the contacts in `out`. `tick` is called now and then; false from it gives up. Returns how many
/// pictures could not be drawn; their pages say so. Throws StoreError and std::runtime_error.
std::size_t write_pictures(const std::filesystem::path& out, const std::vector<LogRow>& logs,
                           std::size_t jobs, const std::function<bool()>& tick);

}  // namespace towfish::batch
