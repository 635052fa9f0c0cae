#include "pipeline/latency/stages.hpp"

#include <algorithm>

namespace towfish::latency {

StageTimes stage_times(const FrameReport& report, std::int64_t paired_ns,
                       std::int64_t committed_ns) noexcept {
  const FrameHeader& frame = report.frame;
  return {frame.last_due_ns - frame.first_due_ns, frame.published_ns - frame.last_due_ns,
          report.taken_ns - frame.published_ns,   report.detected_ns - report.taken_ns,
          paired_ns - report.detected_ns,         committed_ns - paired_ns,
          committed_ns - frame.last_due_ns};
}

void LatencyBlock::record(Side side, std::uint64_t sequence, std::uint64_t first_ping,
                          const StageTimes& times, std::int64_t deadline_ns) noexcept {
  for (std::size_t stage = 0; stage < kStages; ++stage) {
    by_side[towfish::index(side)][stage].record(times[stage]);
    auto& late = over_deadline[towfish::index(side)][stage];
    if (has_deadline(static_cast<Stage>(stage)) && times[stage] > deadline_ns)
      late.store(late.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  const WorstFrame frame{sequence, first_ping, towfish::index(side), times};
  const std::uint32_t kept = worst_count.load(std::memory_order_relaxed);
  if (kept < kWorst) {
    worst[kept] = frame;
    worst_count.store(kept + 1, std::memory_order_release);
    return;
  }
  constexpr std::size_t kTotal = index(Stage::total);
  WorstFrame& least = *std::min_element(
      worst.begin(), worst.end(),
      [](const WorstFrame& a, const WorstFrame& b) { return a.stages[kTotal] < b.stages[kTotal]; });
  if (times[kTotal] > least.stages[kTotal]) least = frame;
}

}  // namespace towfish::latency
