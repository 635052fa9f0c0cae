#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "pipeline/latency/stages.hpp"

namespace towfish::latency {

/// Percentiles by stage over both sides as a table for people, in microseconds; `deadline_ns` heads the last
/// column.
std::string table(const LatencyBlock& block, std::int64_t deadline_ns);

/// The `latency_us` object of summary.json: per stage {p50, p90, p99, p999, max, count, over_deadline}, the
/// same by side under `port` and `starboard`, `deadline_ms`, and the slowest frames under `worst`, slowest
/// first.
nlohmann::json json(const LatencyBlock& block, std::int64_t deadline_ns);

/// p50 and p99 of a stage over both sides, in nanoseconds.
struct Percentiles {
  std::uint64_t p50_ns;
  std::uint64_t p99_ns;
  std::uint64_t late;
};
Percentiles percentiles(const LatencyBlock& block, Stage stage);

}  // namespace towfish::latency
