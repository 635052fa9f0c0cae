#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/batch/progress.hpp"
#include "pipeline/nats/nats.hpp"
#include "pipeline/process/settings.hpp"

namespace towfish::batch {

struct BatchOptions {
  std::vector<std::string> places;  ///< Folders of logs, or logs.
  std::filesystem::path out;
  std::size_t jobs = 0;  ///< Worker processes; 0: one a core.
  bool retry_failed = false;
  bool afresh = false;
  bool pictures = false;  ///< Waterfalls, and pages to be looked at in a browser.
  Progress::Style progress = Progress::Style::lines;
  std::optional<nats::Address> nats;  ///< Workers are those that take jobs from there.
  process::RunSettings settings;      ///< Of the pipeline and the detector; the rest is not used.
};

/// Finds all logs, scans them in worker processes, merges what they found into one contact store in `out`.
///
/// Interrupted or killed at any moment, it continues when it is run again. Returns 0, 3 when there was no
/// readable log, 4 when a log failed or was set aside, 130 when it was interrupted. Throws UsageError,
/// InputError, StoreError.
int run_batch(const BatchOptions& options);

}  // namespace towfish::batch
