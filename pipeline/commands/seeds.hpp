#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace towfish::commands {

/// "5", "1-4,9": the seeds, in order; at most 10000. Empty text: one that is not given. Throws UsageError.
std::vector<std::optional<std::uint32_t>> parse_seeds(const std::string& text);

}  // namespace towfish::commands
