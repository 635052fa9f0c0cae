#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/batch/campaign.hpp"
#include "pipeline/batch/merge.hpp"

namespace towfish::batch {

/// What is known of a run beside its logs.
struct RunFigures {
  std::size_t workers = 0;
  double duration_s = 0;
  double scan_s = 0;   ///< From the first job on, until the last was done.
  double merge_s = 0;  ///< After that, until the store was complete.
  double busy_s = 0;   ///< Sum over the workers.
  std::uint64_t worker_deaths = 0;
  std::uint64_t peak_rss_kib = 0;  ///< Of the largest worker.
  std::string configuration;
};

/// The object of summary.json.
nlohmann::json batch_summary(const std::vector<LogRow>& logs, const MergeCounts& counts,
                             const RunFigures& figures);

/// Writes contacts.csv, contacts.geojson, chips and summary.json beside the store in `out`.
void write_results(const std::filesystem::path& out, const nlohmann::json& summary);

/// For people, to stdout.
void print_results(const std::filesystem::path& out, const nlohmann::json& summary);

}  // namespace towfish::batch
