#pragma once

#include <string>

namespace towfish::dashboard {

/// The dashboard's process: attaches to the session, serves its page until the session's supervisor is gone
/// or a signal comes. The pipeline never waits for it and does not notice when it dies. Exit status. Throws
/// UsageError when it cannot listen, shm::SegmentError without such a session.
int dashboard_main(const std::string& session);

}  // namespace towfish::dashboard
