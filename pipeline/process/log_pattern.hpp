#pragma once

#include <string_view>

namespace towfish::process {

/// Lines of the log begin with time and level, then `name` (empty: none), then the message, of which nothing
/// reaches a terminal as a control sequence: names of files and sonars are in it.
void set_log_pattern(std::string_view name);

}  // namespace towfish::process
