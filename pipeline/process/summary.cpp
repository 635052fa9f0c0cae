#include "pipeline/process/summary.hpp"

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "pipeline/contacts/utc_text.hpp"
#include "pipeline/latency/report.hpp"
#include "pipeline/process/machine.hpp"

namespace towfish::process {

namespace {

nlohmann::json environment(const shm::Session& session) {
  nlohmann::json result = json(this_machine());
  result["version"] = TOWFISH_VERSION;
  result["scheduling"] = scheduling_text(session);
  result["scheduling_by_role"] = scheduling_json(session);
  return result;
}

std::string policy(const RunSettings& settings) {
  if (settings.mode == Mode::replay) return "full ring: the source waits; every frame is processed";
  std::string text = "full ring: the pair is refused on both sides and counted; the source never waits";
  if (settings.pipeline.ring.shed_from > 0)
    text += "; a detector that is behind leaves out its costliest algorithm (faults: scanned_without_...)";
  return text;
}

/// What every role did and how long it was busy and waiting, by all its processes together.
nlohmann::json work(const shm::Session& session) {
  nlohmann::json roles = nlohmann::json::object();
  for (std::size_t role = 1; role < shm::kRoles; ++role) {
    const shm::RoleRow& row = session.block().roles[role];
    const double busy_s = static_cast<double>(row.busy_ns.load(std::memory_order_relaxed)) * 1e-9;
    const double wait_s = static_cast<double>(row.wait_ns.load(std::memory_order_relaxed)) * 1e-9;
    if (busy_s > 0) {
      roles[std::string(shm::kRoleNames[role])] = {
          {"done", row.done.load(std::memory_order_relaxed)}, {"busy_s", busy_s}, {"wait_s", wait_s}};
    }
  }
  return roles;
}

nlohmann::json what_was_seen(const RunSettings& settings) {
  if (settings.mode == Mode::live) return settings.pipeline.scenario;
  nlohmann::json logs = nlohmann::json::array();
  for (const LogPath& log : settings.logs) logs.push_back(log.path);
  return logs;
}

nlohmann::json configuration(const RunSettings& settings) {
  std::ostringstream text;
  settings::print(text, settings);
  return text.str();
}

}  // namespace

FrameCount count_frames(const shm::Session& session) noexcept {
  // In this order, so that no more can be fused than emitted while the session runs.
  const shm::FusionProgress fusion = session.block().fusion.load();
  const shm::SourceProgress source = session.block().source.load();
  return {source.settled_pairs, fusion.fused_pairs, source.refused_pairs, fusion.quarantined_pairs};
}

std::map<std::string, std::uint64_t> fault_counts(const shm::Session& session) {
  std::map<std::string, std::uint64_t> counts;
  for (const shm::RoleRow& row : session.block().roles) {
    for (const shm::FaultRow& fault : row.faults) {
      const std::uint64_t count = fault.count.load(std::memory_order_acquire);
      if (count == 0) continue;
      counts[std::string(fault.kind.data(), strnlen(fault.kind.data(), fault.kind.size()))] += count;
    }
  }
  return counts;
}

nlohmann::json summary(const shm::Session& session, const RunSettings& settings, const RunOutcome& outcome) {
  const shm::SessionBlock& block = session.block();
  const FrameCount frames = count_frames(session);
  const shm::SourceProgress source = block.source.load();
  nlohmann::json restarts;
  for (std::size_t role = 1; role < shm::kRoles; ++role) {
    if (looks_on(static_cast<shm::Role>(role))) continue;
    restarts[std::string(shm::kRoleNames[role])] = outcome.restarts[role];
  }
  const bool live = settings.mode == Mode::live;
  return {{"session", session.name()},
          {"mode", live ? "live" : "replay"},
          {"execution",
           settings::label(settings.execution, std::span<const settings::Choice<Execution>>(kExecutions))},
          {"scenario_or_logs", what_was_seen(settings)},
          {"policy", policy(settings)},
          {"started_utc", utc_text(block.created_utc_ns)},
          {"duration_s", static_cast<double>(outcome.finished_ns - block.created_ns) * 1e-9},
          {"exit_status", outcome.status},
          {"frames",
           {{"emitted", frames.emitted},
            {"fused", frames.fused},
            {"refused", frames.refused},
            {"quarantined", frames.quarantined},
            {"lost", frames.lost()},
            {"half", block.fusion.load().half_pairs}}},
          {"pings", {{"port", source.port_pings}, {"starboard", source.starboard_pings}}},
          {"latency_us", latency::json(block.latency, block.deadline_ns)},
          {"work", work(session)},
          {"restarts", restarts},
          {"faults", fault_counts(session)},
          {"environment", environment(session)},
          {"configuration", configuration(settings)}};
}

}  // namespace towfish::process
