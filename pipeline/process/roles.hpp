#pragma once

#include <memory>
#include <string>

#include "pipeline/process/role.hpp"
#include "pipeline/process/settings.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// A role's work with all that it needs to live, made from what stands in the session.
/// Throws UsageError and InputError where settings or logs are wrong.
std::unique_ptr<RoleWork> make_role(shm::Session& session, shm::Role role, const RunSettings& settings);

/// What stands in a session's segment.
RunSettings settings_of(const shm::Session& session);

/// Throws UsageError where the part of the logs that is asked for is not in them.
void check_excerpt(const RunSettings& settings);

/// A source of pings for these settings: the simulated sonar or the logs.
std::unique_ptr<PingSource> make_source(const RunSettings& settings);

/// Slots of a frame ring that a detector with this memory may keep for its successor.
std::uint64_t kept_frames(const Detector& detector, const FrameSettings& frame) noexcept;

}  // namespace towfish::process
