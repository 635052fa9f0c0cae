#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/bench/experiment.hpp"
#include "pipeline/process/settings.hpp"

namespace towfish::bench {

/// A folder of its own for logs and results, removed in the end.
class Workshop {
 public:
  Workshop();
  ~Workshop();
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// Starts this program and waits for its end; what it says goes into a file. Returns its exit status, 128 and
/// more for a signal. Throws std::system_error. Several threads may do so at once.
int run_to_the_end(const std::vector<std::string>& arguments, const std::filesystem::path& output);

/// The end of what it said.
std::string end_of(const std::filesystem::path& output);

/// Runs this program as a user would: `towfish ARGUMENTS --config ... --out ...`, with these settings.
/// Returns its summary.json. Throws std::runtime_error with what it said when it ends with anything but 0 or
/// 4, or without a summary.
nlohmann::json run_towfish(const Workshop& workshop, const std::vector<std::string>& arguments,
                           process::PipelineSettings settings);

/// The figures of a run: latency of `total` in milliseconds (p50_ms, p99_ms, p999_ms, max_ms), late, refused,
/// lost, frames, pings_per_s, realtime_x, msamples_per_s, wall_s, detector_busy.
Figures figures_of(const nlohmann::json& summary);

/// A log as the simulator would record it, written as XTF once and kept in the workshop.
struct PracticeLog {
  std::filesystem::path file;
  std::uint64_t pings = 0;
  std::uint32_t samples = 0;  ///< Of a trace.
  double seconds = 0;         ///< Of ping time.
};
PracticeLog record_log(const Workshop& workshop, const std::string& scenario, std::uint64_t pings,
                       std::uint32_t samples);

/// Asks the kernel to forget what it keeps of a file in memory.
void forget_pages(const std::filesystem::path& file);

}  // namespace towfish::bench
