#pragma once

#include <filesystem>
#include <vector>

#include "detectors/scoring.hpp"

namespace towfish::evaluation {

/// `confidence,pd,false_per_frame,false_per_km2`, a line a point. Throws InputError where it cannot be
/// written.
void write_roc_csv(const std::filesystem::path& file, const std::vector<RocPoint>& roc);

/// The curve as a PNG: Pd from 0 to 1 upwards, false alarms a frame on a logarithmic axis, a grid line at
/// every power of ten and every tenth of Pd.
void write_roc_picture(const std::filesystem::path& file, const std::vector<RocPoint>& roc);

}  // namespace towfish::evaluation
