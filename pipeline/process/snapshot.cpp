#include "pipeline/process/snapshot.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace towfish::process {

namespace {

using Histograms = std::array<latency::Histogram, latency::kStages>;

constexpr double kPerSecond = 1e9;

double rate(std::uint64_t now, std::uint64_t before, double seconds) noexcept {
  return seconds > 0 && now > before ? static_cast<double>(now - before) / seconds : 0;
}

StageSnapshot stage_of(const latency::Histogram& histogram) {
  return {.count = histogram.count(),
          .p50_ns = histogram.at_quantile(0.5),
          .p90_ns = histogram.at_quantile(0.9),
          .p99_ns = histogram.at_quantile(0.99),
          .p999_ns = histogram.at_quantile(0.999),
          .max_ns = histogram.max_ns()};
}

RingSnapshot ring_of(const shm::Ring& ring) noexcept {
  const shm::RingIndices& at = ring.indices();
  const std::uint64_t freed = at.freed.load(std::memory_order_relaxed);
  const std::uint64_t read = at.read.load(std::memory_order_relaxed);
  return {ring.slots(), ring.waiting(), std::min(read - std::min(freed, read), ring.slots())};
}

double rounded(double value, double per_unit) {
  return std::round(value * per_unit) / per_unit;
}

nlohmann::json stages_json(const StageSnapshots& stages) {
  const auto microseconds = [](std::uint64_t ns) { return rounded(static_cast<double>(ns) * 1e-3, 10); };
  nlohmann::json result = nlohmann::json::object();
  for (std::size_t i = 0; i < latency::kStages; ++i) {
    const StageSnapshot& stage = stages[i];
    result[std::string(latency::kStageNames[i])] = {
        {"p50", microseconds(stage.p50_ns)},   {"p90", microseconds(stage.p90_ns)},
        {"p99", microseconds(stage.p99_ns)},   {"p999", microseconds(stage.p999_ns)},
        {"max", microseconds(stage.max_ns)},   {"count", stage.count},
        {"over_deadline", stage.over_deadline}};
  }
  return result;
}

nlohmann::json roles_json(const Snapshot& snapshot) {
  nlohmann::json roles = nlohmann::json::object();
  for (std::size_t i = 0; i < shm::kRoles; ++i) {
    const RoleSnapshot& role = snapshot.roles[i];
    roles[std::string(shm::kRoleNames[i])] = {{"alive", role.alive},
                                              {"state", name(role.state)},
                                              {"pid", role.pid},
                                              {"restarts", role.restarts},
                                              {"done", role.done},
                                              {"heartbeat_age_s", rounded(role.heartbeat_age_s, 1e3)},
                                              {"busy", rounded(role.busy, 1e4)},
                                              {"done_per_s", rounded(role.done_per_s, 10)}};
  }
  return roles;
}

nlohmann::json rings_json(const Snapshot& snapshot) {
  const auto ring = [](const RingSnapshot& r) {
    return nlohmann::json{{"slots", r.slots}, {"waiting", r.waiting}, {"kept", r.kept}};
  };
  return {{"port_frames", ring(snapshot.frame_rings[0])},
          {"starboard_frames", ring(snapshot.frame_rings[1])},
          {"port_reports", ring(snapshot.report_rings[0])},
          {"starboard_reports", ring(snapshot.report_rings[1])}};
}

}  // namespace

/// What the rates and `recent` count from.
struct Monitor::Before {
  std::int64_t at_ns = 0;
  std::uint64_t next_ping = 0;
  std::uint64_t fused_pairs = 0;
  std::array<std::uint64_t, shm::kRoles> done{};
  std::array<std::uint64_t, shm::kRoles> busy_ns{};
  std::array<std::uint64_t, latency::kStages> over_deadline{};
  Histograms histograms;
};

Monitor::Monitor(const shm::Session& session) : session_(session), before_(std::make_unique<Before>()) {
  before_->at_ns = session.block().created_ns;
}
Monitor::~Monitor() = default;

Snapshot Monitor::take(std::int64_t now_ns) {
  const shm::SessionBlock& block = session_.block();
  const shm::SourceProgress source = block.source.load();
  const shm::FusionProgress fusion = block.fusion.load();
  Snapshot now;
  now.session = session_.name();
  now.uptime_s = static_cast<double>(now_ns - block.created_ns) / kPerSecond;
  now.interval_s = static_cast<double>(now_ns - before_->at_ns) / kPerSecond;
  now.deadline_ms = static_cast<double>(block.deadline_ns) * 1e-6;
  now.ended = source.ended != 0;
  now.frames = count_frames(session_);
  now.half_pairs = fusion.half_pairs;
  now.pings = {source.port_pings, source.starboard_pings};
  now.next_ping = source.next_ping;
  now.pings_per_s = rate(source.next_ping, before_->next_ping, now.interval_s);
  now.frames_per_s = rate(fusion.fused_pairs, before_->fused_pairs, now.interval_s);
  now.contacts = fusion.contacts;
  now.milec = fusion.milec;
  now.milco = fusion.milco;
  now.nombo = fusion.nombo;
  for (const Side side : kSides) {
    now.frame_rings[index(side)] = ring_of(session_.frames(side));
    now.report_rings[index(side)] = ring_of(session_.reports(side));
  }
  for (std::size_t i = 0; i < shm::kRoles; ++i) now.roles[i] = role_at(static_cast<shm::Role>(i), now_ns);
  now.faults = fault_counts(session_);
  add_latency(now);
  before_->at_ns = now_ns;
  before_->next_ping = source.next_ping;
  before_->fused_pairs = fusion.fused_pairs;
  return now;
}

RoleSnapshot Monitor::role_at(shm::Role role, std::int64_t now_ns) {
  const shm::RoleRow& row = session_.row(role);
  const std::size_t i = index(role);
  const double seconds = static_cast<double>(now_ns - before_->at_ns) / kPerSecond;
  const std::uint64_t busy_ns = row.busy_ns.load(std::memory_order_relaxed);
  const std::uint32_t starts = row.starts.load(std::memory_order_relaxed);
  const std::int64_t heartbeat_ns = row.heartbeat_ns.load(std::memory_order_relaxed);
  RoleSnapshot now;
  now.alive = session_.alive(role);
  now.state = row.state.load(std::memory_order_acquire);
  now.pid = row.pid.load(std::memory_order_relaxed);
  now.restarts = starts > 0 ? starts - 1 : 0;
  if (heartbeat_ns != 0)
    now.heartbeat_age_s = std::max(0.0, static_cast<double>(now_ns - heartbeat_ns) / kPerSecond);
  now.done = row.done.load(std::memory_order_relaxed);
  now.done_per_s = rate(now.done, before_->done[i], seconds);
  now.busy = std::min(rate(busy_ns, before_->busy_ns[i], seconds) / kPerSecond, 1.0);
  before_->done[i] = now.done;
  before_->busy_ns[i] = busy_ns;
  return now;
}

void Monitor::add_latency(Snapshot& snapshot) {
  const latency::LatencyBlock& block = session_.block().latency;
  for (std::size_t stage = 0; stage < latency::kStages; ++stage) {
    const auto both = std::make_unique<latency::Histogram>();
    std::uint64_t late = 0;
    for (const Side side : kSides) {
      both->add(block.by_side[index(side)][stage]);
      late += block.over_deadline[index(side)][stage].load(std::memory_order_relaxed);
    }
    latency::Histogram& before = before_->histograms[stage];
    const auto recent = std::make_unique<latency::Histogram>();
    recent->add_difference(*both, before);
    snapshot.latency[stage] = stage_of(*both);
    snapshot.latency[stage].over_deadline = late;
    snapshot.recent[stage] = stage_of(*recent);
    snapshot.recent[stage].over_deadline = late - before_->over_deadline[stage];
    before_->over_deadline[stage] = late;
    before.add(*recent);
  }
}

nlohmann::json json(const Snapshot& snapshot) {
  nlohmann::json latency = stages_json(snapshot.latency);
  latency["recent"] = stages_json(snapshot.recent);
  return {{"session", snapshot.session},
          {"uptime_s", rounded(snapshot.uptime_s, 1e3)},
          {"interval_s", rounded(snapshot.interval_s, 1e3)},
          {"deadline_ms", snapshot.deadline_ms},
          {"ended", snapshot.ended},
          {"frames",
           {{"emitted", snapshot.frames.emitted},
            {"fused", snapshot.frames.fused},
            {"refused", snapshot.frames.refused},
            {"quarantined", snapshot.frames.quarantined},
            {"in_flight", snapshot.frames.lost()},
            {"half", snapshot.half_pairs}}},
          {"pings",
           {{"port", snapshot.pings[0]}, {"starboard", snapshot.pings[1]}, {"next", snapshot.next_ping}}},
          {"rates",
           {{"pings_per_s", rounded(snapshot.pings_per_s, 10)},
            {"frames_per_s", rounded(snapshot.frames_per_s, 100)}}},
          {"contacts",
           {{"total", snapshot.contacts},
            {"milec", snapshot.milec},
            {"milco", snapshot.milco},
            {"nombo", snapshot.nombo}}},
          {"roles", roles_json(snapshot)},
          {"rings", rings_json(snapshot)},
          {"latency_us", latency},
          {"faults", snapshot.faults}};
}

std::string_view name(shm::RoleState state) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"absent", "starting", "running", "ended"};
  const auto i = static_cast<std::size_t>(state);
  return i < kNames.size() ? kNames[i] : "unknown";
}

}  // namespace towfish::process
