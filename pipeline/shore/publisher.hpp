#pragma once

#include <string>

namespace towfish::shore {

/// The publisher's process: attaches to the session, reads its contact store now and then, and hands what is
/// new to NATS, best to a leaf node on the vehicle that keeps it while the link is away. The pipeline never
/// waits for it and does not notice when it dies. Ends when it is told to and everything has been taken, or
/// its patience ends; what is left stays in the outbox. Exit status. Throws UsageError, shm::SegmentError
/// without such a session.
int publisher_main(const std::string& session);

}  // namespace towfish::shore
