#pragma once

#include <cstdint>
#include <filesystem>

#include "pipeline/process/settings.hpp"

namespace towfish::batch {

/// What is unusual in a log made for tests.
struct SurveyLog {
  std::uint64_t pings = 1500;
  std::uint64_t new_range_at = UINT64_MAX;  ///< From here on the range is longer.
  std::uint64_t port_missing_from = UINT64_MAX;
  std::uint64_t port_missing_to = 0;
  std::uint64_t object_every = 150;  ///< Pings between objects, on both sides in turn.
  std::int64_t start_ns = 1'700'000'000'000'000'000;
  std::uint32_t seed = 7;
};

/// Writes an XTF file: a flat bottom with speckle and objects with highlight and shadow.
void write_log(const std::filesystem::path& file, const SurveyLog& wanted);

/// The default pipeline with a detector of the highlight-shadow test.
process::RunSettings test_settings();

}  // namespace towfish::batch
