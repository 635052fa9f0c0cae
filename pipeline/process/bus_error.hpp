#pragma once

#include <string>

namespace towfish::process {

/// From now on a SIGBUS, which is what whoever uses a segment gets when another program has truncated it,
/// ends this process with `status` after `message` has gone to stderr and the file `remove` (empty: none) was
/// unlinked. Nothing can be read from the segment any more, so there is nothing else to do. Once a process.
void explain_bus_errors(std::string message, std::string remove, int status);

}  // namespace towfish::process
