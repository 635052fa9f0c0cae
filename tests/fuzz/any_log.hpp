#pragma once

#include <filesystem>

namespace towfish {

/// Opens whatever lies at `path` as a log, reads everything, goes back and reads again. All that may come of
/// it is an InputError or a UsageError, or pings that keep the promises of Ping and TraceGeometry and are the
/// same the second time; anything else traps.
void read_any_log(const std::filesystem::path& path);

}  // namespace towfish
