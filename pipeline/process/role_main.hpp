#pragma once

#include <string>

#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// The main loop of a role that is a process: attaches, works until done, told to stop, or alone. Exit
/// status.
int role_main(const std::string& session, shm::Role role);

}  // namespace towfish::process
