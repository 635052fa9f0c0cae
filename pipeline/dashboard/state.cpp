#include "pipeline/dashboard/state.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/utc_text.hpp"
#include "pipeline/latency/report.hpp"
#include "pipeline/process/summary.hpp"
#include "sim/sidescan.hpp"

namespace towfish::dashboard {

using nlohmann::json;

namespace {

constexpr std::string_view name(shm::RoleState state) noexcept {
  switch (state) {
    case shm::RoleState::starting:
      return "starting";
    case shm::RoleState::running:
      return "running";
    case shm::RoleState::ended:
      return "ended";
    default:
      return "absent";
  }
}

json role(const shm::Session& session, shm::Role role, std::int64_t now_ns) {
  const shm::RoleRow& row = session.row(role);
  const bool own = role == shm::Role::dashboard;
  return {{"name", shm::name(role)},
          {"state", name(row.state.load(std::memory_order_acquire))},
          {"alive", own || session.alive(role)},
          {"pid", row.pid.load(std::memory_order_relaxed)},
          {"starts", row.starts.load(std::memory_order_relaxed)},
          {"heartbeat_age_ms",
           static_cast<double>(now_ns - row.heartbeat_ns.load(std::memory_order_relaxed)) * 1e-6},
          {"busy_ns", row.busy_ns.load(std::memory_order_relaxed)},
          {"done", row.done.load(std::memory_order_relaxed)}};
}

json ring(const shm::Ring& ring) {
  return {{"waiting", ring.waiting()}, {"slots", ring.slots()}};
}

json control(const shm::SessionBlock& block) {
  const shm::SourceControl& control = block.control;
  json result{{"paused", control.paused.load(std::memory_order_relaxed) != 0},
              {"pings", control.pings.load(std::memory_order_relaxed)},
              {"speed", nullptr}};
  if (control.speed_given.load(std::memory_order_acquire) != 0) {
    result["speed"] = control.speed.load(std::memory_order_relaxed);
  }
  return result;
}

json faults(const shm::SessionBlock& block) {
  json counts = json::object();
  for (const shm::RoleRow& row : block.roles) {
    for (const shm::FaultRow& fault : row.faults) {
      const std::uint64_t count = fault.count.load(std::memory_order_acquire);
      if (count > 0) counts[escape::plain(fault.kind.data())] = count;
    }
  }
  return counts;
}

/// Shares of frames by total latency: pairs of an upper edge in microseconds and a count, octaves in eighths.
json histogram(const latency::LatencyBlock& block) {
  std::map<int, std::uint64_t> eighths;
  for (const auto& side : block.by_side) {
    side[latency::index(latency::Stage::total)].for_each([&](std::uint64_t edge_ns, std::uint64_t count) {
      const double octaves = std::log2(static_cast<double>(std::max<std::uint64_t>(edge_ns, 1000)) * 1e-3);
      eighths[static_cast<int>(std::ceil(octaves * 8))] += count;
    });
  }
  json bars = json::array();
  for (const auto& [eighth, count] : eighths) bars.push_back({std::exp2(eighth / 8.0), count});
  return bars;
}

}  // namespace

json state(const shm::Session& session) {
  const shm::SessionBlock& block = session.block();
  const std::int64_t now_ns = shm::monotonic_ns();
  const process::FrameCount frames = process::count_frames(session);
  const shm::SourceProgress source = block.source.load();
  const shm::FusionProgress fusion = block.fusion.load();
  json roles = json::array();
  for (std::size_t i = 0; i < shm::kRoles; ++i) {
    roles.push_back(role(session, static_cast<shm::Role>(i), now_ns));
  }
  json rings = json::object();
  for (const Side side : kSides) {
    rings[std::string(towfish::name(side)) + " frames"] = ring(session.frames(side));
    rings[std::string(towfish::name(side)) + " reports"] = ring(session.reports(side));
  }
  return {{"type", "state"},
          {"uptime_s", static_cast<double>(now_ns - block.created_ns) * 1e-9},
          {"ended", source.ended != 0},
          {"next_ping", source.next_ping},
          {"time_utc", utc_text(source.time_utc_ns)},
          {"frames",
           {{"emitted", frames.emitted},
            {"fused", frames.fused},
            {"refused", frames.refused},
            {"quarantined", frames.quarantined},
            {"half", fusion.half_pairs}}},
          {"contacts", {{"total", fusion.contacts}, {"milco", fusion.milco}, {"nombo", fusion.nombo}}},
          {"latency_us", latency::json(block.latency, block.deadline_ns)},
          {"histogram", histogram(block.latency)},
          {"rings", rings},
          {"roles", roles},
          {"faults", faults(block)},
          {"control", control(block)}};
}

json introduction(const shm::Session& session, const process::RunSettings& settings) {
  const bool live = settings.mode == process::Mode::live;
  json seen = json::array();
  if (live) {
    seen.push_back(escape::plain(settings.pipeline.scenario));
  } else {
    for (const auto& log : settings.logs) {
      seen.push_back(escape::plain(std::filesystem::path(log.path).filename().string()));
    }
  }
  return {{"type", "hello"},
          {"session", session.name()},
          {"mode", live ? "live" : "replay"},
          {"processes", settings.execution == process::Execution::processes},
          {"speed", settings.speed},
          {"seen", seen},
          {"deadline_ms", static_cast<double>(session.block().deadline_ns) * 1e-6},
          {"started_utc", utc_text(session.block().created_utc_ns)},
          {"hang_timeout_ms", settings.pipeline.supervisor.hang_timeout_s * 1e3}};
}

json truth(const process::RunSettings& settings) {
  json looks = json::array();
  if (settings.mode == process::Mode::live) {
    for (const TruthLook& look : Sidescan(settings.scenario).truth()) {
      if (!look.visible) continue;
      looks.push_back({{"id", look.truth_id},
                       {"class", towfish::name(look.contact_class)},
                       {"shape", look.shape},
                       {"latitude", look.latitude_deg},
                       {"longitude", look.longitude_deg},
                       {"side", towfish::index(look.side)},
                       {"ping", look.ping},
                       {"sample", look.sample}});
    }
  }
  return {{"type", "truth"}, {"looks", looks}};
}

}  // namespace towfish::dashboard
