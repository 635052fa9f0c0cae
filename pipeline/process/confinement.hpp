#pragma once

namespace towfish::process {

/// Takes from this process, for good, every system call that scanning frames does not need: it keeps files,
/// clocks, futexes and memory. No sockets, no other programs, no new processes or threads, no signals to
/// others, no tracing, no renaming or removing of files. Detectors are confined so because they run other
/// people's models and plug-ins on other people's data; those must be loaded before.
///
/// A call that was taken fails with EPERM. Warns and returns false where the kernel refuses the filter. In a
/// sanitizer's build, which would not work under it, it does nothing. Threads: only the calling thread and
/// those it starts are confined, so: one thread.
bool confine();

}  // namespace towfish::process
