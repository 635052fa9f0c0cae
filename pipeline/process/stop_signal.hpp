#pragma once

namespace towfish::process {

/// Makes SIGINT, SIGTERM and, unless it is ignored already, SIGHUP ask for an orderly end instead of killing,
/// and writing to what nobody reads an error instead of a death. Once a process.
void catch_stop_signals() noexcept;

/// How often one of them has come: 0 go on, 1 drain, 2 or more end at once.
int stop_signals() noexcept;

}  // namespace towfish::process
