#pragma once

#include <cstdint>
#include <span>

#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/sonar/contact.hpp"

namespace towfish {

/// What several looks at one thing say together. A function of its arguments.
///
/// Position: mean weighted by the inverse covariances. Score: log-likelihood ratios added (passes are
/// independent), less ln 1/(1 - pd_good) for every miss; confidence is the posterior with the prior of the
/// settings. Class: the one with the larger sum of scores, MILCO if equal; NOMBO if any look is extended.
/// Sizes: medians; of extended contacts the largest.
Contact combine(std::uint64_t id, std::span<const Look* const> looks, std::uint32_t misses,
                const ResightingSettings& settings);

}  // namespace towfish
