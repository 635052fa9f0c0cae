#pragma once

#include "pipeline/contacts/store.hpp"
#include "sim/sidescan.hpp"

namespace towfish::mixed_survey {

/// Simulates a survey, has both sides looked at by the default detectors, and keeps what they report. Takes
/// minutes.
void report_survey(const Scenario& scenario, Store& reports);

}  // namespace towfish::mixed_survey
