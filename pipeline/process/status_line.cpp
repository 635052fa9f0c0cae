#include "pipeline/process/status_line.hpp"

#include <fmt/format.h>

#include "pipeline/latency/report.hpp"

namespace towfish::process {

StatusLine::StatusLine(const shm::Session& session)
    : session_(session), started_ns_(shm::monotonic_ns()), last_ns_(started_ns_) {}

std::string StatusLine::text(std::int64_t now_ns, std::uint64_t restarts) {
  const shm::SessionBlock& block = session_.block();
  const shm::FusionProgress fusion = block.fusion.load();
  const shm::SourceProgress source = block.source.load();
  const auto total = latency::percentiles(block.latency, latency::Stage::total);
  const double seconds = static_cast<double>(now_ns - last_ns_) * 1e-9;
  const double rate = seconds > 0 ? static_cast<double>(fusion.fused_pairs - last_pairs_) / seconds : 0;
  last_ns_ = now_ns;
  last_pairs_ = fusion.fused_pairs;
  return fmt::format(
      "{:5.0f} s  ping {}  frames {} ({:.1f}/s)  total p50 {:.2f} p99 {:.2f} ms  late {}  refused {}  "
      "contacts {}  "
      "restarts {}",
      static_cast<double>(now_ns - started_ns_) * 1e-9, source.next_ping, fusion.fused_pairs, rate,
      static_cast<double>(total.p50_ns) * 1e-6, static_cast<double>(total.p99_ns) * 1e-6, total.late,
      source.refused_pairs, fusion.contacts, restarts);
}

}  // namespace towfish::process
