#include "pipeline/process/snapshot_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace towfish::process {

namespace {

using Text = std::back_insert_iterator<std::string>;
constexpr std::size_t kTotal = latency::index(latency::Stage::total);

double microseconds(std::uint64_t ns) {
  return static_cast<double>(ns) * 1e-3;
}

std::string bar(const RingSnapshot& ring) {
  constexpr std::uint64_t kWidth = 20;
  const std::uint64_t slots = ring.slots == 0 ? 1 : ring.slots;
  const std::uint64_t filled = (ring.waiting * kWidth + slots - 1) / slots;
  const std::uint64_t kept = std::min(ring.kept * kWidth / slots, kWidth - std::min(filled, kWidth));
  return std::string(filled, '#') + std::string(kept, '-') + std::string(kWidth - filled - kept, '.');
}

void print_roles(const Snapshot& snapshot, Text out) {
  fmt::format_to(out, "{:<20}{:>8}  {:<9}{:>9}{:>7}{:>12}{:>10}{:>10}\n", "role", "pid", "state", "restarts",
                 "busy", "heartbeat", "done", "per s");
  for (std::size_t i = 0; i < shm::kRoles; ++i) {
    const RoleSnapshot& role = snapshot.roles[i];
    if (role.pid == 0 && role.state == shm::RoleState::absent) continue;
    fmt::format_to(out, "{:<20}{:>8}  {:<9}{:>9}{:>6.1f}%{:>10.3f} s{:>10}{:>10.1f}\n", shm::kRoleNames[i],
                   role.pid, role.pid == 0 || role.alive ? name(role.state) : "gone", role.restarts,
                   100 * role.busy, role.heartbeat_age_s, role.done, role.done_per_s);
  }
}

void print_rings(const Snapshot& snapshot, Text out) {
  fmt::format_to(out, "\n{:<20}{:<22}{:>8}{:>8}{:>8}\n", "ring", "", "waiting", "kept", "slots");
  for (const Side side : kSides) {
    for (const auto& [what, rings] :
         {std::pair{"frames", &snapshot.frame_rings}, std::pair{"reports", &snapshot.report_rings}}) {
      const RingSnapshot& ring = (*rings)[index(side)];
      fmt::format_to(out, "{:<20}{:<22}{:>8}{:>8}{:>8}\n", fmt::format("{} {}", name(side), what), bar(ring),
                     ring.waiting, ring.kept, ring.slots);
    }
  }
}

void print_latency(const Snapshot& snapshot, Text out) {
  fmt::format_to(out, "\n{:<8}{:>10}{:>10}{:>10}{:>10}{:>10}{:>9}{:>6}{:>12}{:>10}\n", "us", "p50", "p90",
                 "p99", "p99.9", "max", "frames", "late", "recent p50", "max");
  for (std::size_t i = 0; i < latency::kStages; ++i) {
    const StageSnapshot& all = snapshot.latency[i];
    const StageSnapshot& recent = snapshot.recent[i];
    fmt::format_to(
        out, "{:<8}{:>10.1f}{:>10.1f}{:>10.1f}{:>10.1f}{:>10.1f}{:>9}{:>6}{:>12.1f}{:>10.1f}\n",
        latency::kStageNames[i], microseconds(all.p50_ns), microseconds(all.p90_ns), microseconds(all.p99_ns),
        microseconds(all.p999_ns), microseconds(all.max_ns), all.count,
        latency::has_deadline(static_cast<latency::Stage>(i)) ? std::to_string(all.over_deadline) : "-",
        microseconds(recent.p50_ns), microseconds(recent.max_ns));
  }
}

/// A label's value with what must not stand in it escaped.
std::string label_value(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

/// Writes one family of metrics: its head, then samples.
class Family {
 public:
  Family(Text out, std::string_view metric, std::string_view kind, std::string_view help)
      : out_(out), metric_(metric) {
    fmt::format_to(out_, "# HELP towfish_{} {}\n# TYPE towfish_{} {}\n", metric, help, metric, kind);
  }
  template <class Value>
  Family& sample(const std::string& labels, Value value) {
    fmt::format_to(out_, "towfish_{}{} {}\n", metric_, labels.empty() ? "" : "{" + labels + "}", value);
    return *this;
  }

 private:
  Text out_;
  std::string_view metric_;
};

void expose_frames(const Snapshot& snapshot, Text out) {
  Family(out, "uptime_seconds", "gauge", "Since the session was made.").sample("", snapshot.uptime_s);
  Family(out, "frame_pairs_total", "counter", "Frame pairs by what became of them.")
      .sample("result=\"emitted\"", snapshot.frames.emitted)
      .sample("result=\"fused\"", snapshot.frames.fused)
      .sample("result=\"refused\"", snapshot.frames.refused)
      .sample("result=\"quarantined\"", snapshot.frames.quarantined);
  Family(out, "pings_total", "counter", "Pings emitted with a trace of that side.")
      .sample("side=\"port\"", snapshot.pings[0])
      .sample("side=\"starboard\"", snapshot.pings[1]);
  Family(out, "contacts", "gauge", "Contacts known.")
      .sample("class=\"all\"", snapshot.contacts)
      .sample("class=\"milec\"", snapshot.milec)
      .sample("class=\"milco\"", snapshot.milco)
      .sample("class=\"nombo\"", snapshot.nombo);
  Family(out, "deadline_seconds", "gauge", "A frame that takes longer is late.")
      .sample("", snapshot.deadline_ms * 1e-3);
  Family faults(out, "faults_total", "counter", "Faults met, by kind.");
  for (const auto& [kind, count] : snapshot.faults)
    faults.sample(fmt::format("kind=\"{}\"", label_value(kind)), count);
}

void expose_roles(const Snapshot& snapshot, Text out) {
  const auto family = [&](std::string_view metric, std::string_view kind, std::string_view help, auto value) {
    Family samples(out, metric, kind, help);
    for (std::size_t i = 0; i < shm::kRoles; ++i) {
      const RoleSnapshot& role = snapshot.roles[i];
      if (role.pid == 0 && role.state == shm::RoleState::absent) continue;
      samples.sample(fmt::format("role=\"{}\"", shm::kRoleNames[i]), value(role));
    }
  };
  using R = const RoleSnapshot&;
  family("role_up", "gauge", "1: a living process has the role.", [](R role) { return role.alive ? 1 : 0; });
  family("role_restarts_total", "counter", "Starts after the first.", [](R role) { return role.restarts; });
  family("role_heartbeat_age_seconds", "gauge", "Since the last sign of life.",
         [](R role) { return role.heartbeat_age_s; });
  family("role_busy_ratio", "gauge", "Share of the time since the last look spent working.",
         [](R role) { return role.busy; });
  family("role_done_total", "counter", "Pings, frames or pairs handled.", [](R role) { return role.done; });
}

void expose_rings(const Snapshot& snapshot, Text out) {
  const auto family = [&](std::string_view metric, std::string_view help, auto value) {
    Family samples(out, metric, "gauge", help);
    for (const Side side : kSides) {
      samples.sample(fmt::format("ring=\"frames\",side=\"{}\"", name(side)),
                     value(snapshot.frame_rings[index(side)]));
      samples.sample(fmt::format("ring=\"reports\",side=\"{}\"", name(side)),
                     value(snapshot.report_rings[index(side)]));
    }
  };
  family("ring_waiting", "Slots published and not taken.",
         [](const RingSnapshot& ring) { return ring.waiting; });
  family("ring_slots", "Slots of the ring.", [](const RingSnapshot& ring) { return ring.slots; });
}

void expose_latency(const Snapshot& snapshot, Text out) {
  Family quantiles(out, "latency_seconds", "gauge",
                   "Time that frames took by stage; quantile 1 is the maximum.");
  for (std::size_t i = 0; i < latency::kStages; ++i) {
    const StageSnapshot& stage = snapshot.latency[i];
    for (const auto& [quantile, ns] :
         {std::pair{"0.5", stage.p50_ns}, std::pair{"0.9", stage.p90_ns}, std::pair{"0.99", stage.p99_ns},
          std::pair{"0.999", stage.p999_ns}, std::pair{"1", stage.max_ns}}) {
      quantiles.sample(fmt::format("stage=\"{}\",quantile=\"{}\"", latency::kStageNames[i], quantile),
                       static_cast<double>(ns) * 1e-9);
    }
  }
  Family(out, "latency_frames_total", "counter", "Frames measured, of both sides.")
      .sample("", snapshot.latency[kTotal].count);
  Family late(out, "latency_over_deadline_total", "counter",
              "Frames of which a stage took longer than the deadline.");
  for (std::size_t i = 0; i < latency::kStages; ++i) {
    if (!latency::has_deadline(static_cast<latency::Stage>(i))) continue;
    late.sample(fmt::format("stage=\"{}\"", latency::kStageNames[i]), snapshot.latency[i].over_deadline);
  }
}

}  // namespace

std::string text(const Snapshot& snapshot) {
  std::string result;
  const Text out = std::back_inserter(result);
  fmt::format_to(out, "{}  {:.1f} s{}  deadline {:g} ms\n", snapshot.session, snapshot.uptime_s,
                 snapshot.ended ? " (source ended)" : "", snapshot.deadline_ms);
  fmt::format_to(out, "ping {}  {:.1f} pings/s  {:.2f} frame pairs/s  late {}\n", snapshot.next_ping,
                 snapshot.pings_per_s, snapshot.frames_per_s, snapshot.latency[kTotal].over_deadline);
  fmt::format_to(out, "frames {} = fused {} + refused {} + quarantined {} + in flight {}; half {}\n",
                 snapshot.frames.emitted, snapshot.frames.fused, snapshot.frames.refused,
                 snapshot.frames.quarantined, snapshot.frames.lost(), snapshot.half_pairs);
  fmt::format_to(out, "contacts {}: {} MILCO, {} NOMBO, {} MILEC\n\n", snapshot.contacts, snapshot.milco,
                 snapshot.nombo, snapshot.milec);
  print_roles(snapshot, out);
  print_rings(snapshot, out);
  print_latency(snapshot, out);
  for (const auto& [kind, count] : snapshot.faults) fmt::format_to(out, "fault {}: {}\n", kind, count);
  return result;
}

std::string prometheus(const Snapshot& snapshot) {
  std::string result;
  const Text out = std::back_inserter(result);
  expose_frames(snapshot, out);
  expose_roles(snapshot, out);
  expose_rings(snapshot, out);
  expose_latency(snapshot, out);
  return result;
}

}  // namespace towfish::process
