#pragma once

#include <string>

namespace towfish::commands {

/// Seconds from "20s", "90", "1.5m", "1h30m" or "250ms". UsageError for anything else, and for less than
/// nothing.
double parse_duration_s(const std::string& text);

}  // namespace towfish::commands
