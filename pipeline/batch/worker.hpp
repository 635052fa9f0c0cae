#pragma once

namespace towfish::batch {

/// A local worker: takes the settings and then jobs from the coordinator at the other end of this
/// connection, answers each, and ends when the coordinator does. Exit status.
int worker_main(int descriptor);

}  // namespace towfish::batch
