#pragma once

#include <cstdint>
#include <span>

#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/sonar/contact.hpp"

namespace towfish {

/// What several looks at one thing, and passes that did not see it, say together. `contact` brings its id and
/// its misses, and gets all the rest.
///
/// Position: mean weighted by the inverse covariances. Score: log-likelihood ratios added (passes are
/// independent), misses with theirs; confidence is the posterior with the prior of the settings. Class: the
/// one with the larger sum of scores, MILCO if equal; NOMBO if any look is extended. Sizes: medians; of
/// extended contacts the largest.
void combine(std::span<const Look> looks, const ResightingSettings& settings, Contact& contact);

}  // namespace towfish
