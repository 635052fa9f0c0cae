#include "pipeline/process/fusion_role.hpp"

#include <algorithm>

#include "pipeline/latency/stamp.hpp"

namespace towfish::process {

using shm::ReportSlot;

namespace {
/// Not looked for so long: it was stopped, and the other side perhaps with it (a suspended machine).
constexpr std::int64_t kBlink_ns = 1'000'000'000;
}  // namespace

FusionRole::FusionRole(shm::Session& session, Fusion& fusion, std::int64_t pair_timeout_ns,
                       latency::FrameLog* log)
    : session_(session),
      fusion_(fusion),
      pair_timeout_ns_(pair_timeout_ns),
      log_(log),
      lanes_{
          Lane{shm::RingReader(session.reports(Side::port), session.row(shm::Role::port_detector).doorbell),
               {}},
          Lane{shm::RingReader(session.reports(Side::starboard),
                               session.row(shm::Role::starboard_detector).doorbell),
               {}}},
      most_detections_(session.block().detections_per_report),
      progress_(session.block().fusion.load()) {}

Step FusionRole::step() {
  for (Lane& lane : lanes_) take(lane);
  if (!lanes_[0].head && !lanes_[1].head) return Step::idle;
  if (lanes_[0].at_end() && lanes_[1].at_end()) return end();
  if (waits_for_partner()) {
    const std::int64_t now = shm::monotonic_ns();
    if (now - looked_ns_ > kBlink_ns) alone_since_ns_ = kNever;
    looked_ns_ = now;
    alone_since_ns_ = std::min(alone_since_ns_, now);
    if (now - alone_since_ns_ < pair_timeout_ns_) return Step::idle;
  }
  return fuse_heads();
}

// A report that does not fit its slot cannot be trusted in anything; its sequence counts as missing.
void FusionRole::take(Lane& lane) {
  while (!lane.head) {
    const auto view = lane.reader.take();
    if (!view) return;
    lane.head = ReportSlot::read(view->payload, most_detections_);
    if (!lane.head) lane.reader.release();
  }
}

bool FusionRole::waits_for_partner() const noexcept {
  return !lanes_[0].head || !lanes_[1].head;
}

Step FusionRole::fuse_heads() {
  alone_since_ns_ = kNever;
  const std::int64_t paired_ns = latency::stamp_ns();
  std::uint64_t sequence = std::numeric_limits<std::uint64_t>::max();
  for (const Lane& lane : lanes_) {
    if (lane.head && !lane.at_end()) sequence = std::min(sequence, lane.head->report.frame.sequence);
  }
  if (sequence == std::numeric_limits<std::uint64_t>::max())
    return Step::idle;  // One side's end waits for the other's.

  std::array<const FrameReportView*, 2> pair{};
  bool quarantined = false;
  for (const Side side : kSides) {
    const Lane& lane = lanes_[index(side)];
    if (!lane.head || lane.at_end() || lane.head->report.frame.sequence != sequence) continue;
    pair[index(side)] = &*lane.head;
    quarantined = quarantined || (lane.head->report.flags & FrameReport::kQuarantined) != 0;
  }
  fusion_.fuse(sequence, pair[0], pair[1]);
  const std::int64_t committed_ns = latency::stamp_ns();
  count(sequence, pair[0] != nullptr && pair[1] != nullptr, quarantined);
  for (const Side side : kSides) {
    if (pair[index(side)] == nullptr) continue;
    detections_refused_ += pair[index(side)]->report.refused;
    if (!quarantined) record(pair[index(side)]->report, paired_ns, committed_ns);
    lanes_[index(side)].reader.release();
    lanes_[index(side)].head.reset();
  }
  return Step::worked;
}

void FusionRole::record(const FrameReport& report, std::int64_t paired_ns, std::int64_t committed_ns) {
  if constexpr (!latency::kMeasured) return;
  session_.block().latency.record(static_cast<Side>(report.frame.side & 1U), report.frame.sequence,
                                  report.first.number, latency::stage_times(report, paired_ns, committed_ns),
                                  session_.block().deadline_ns);
  if (log_ != nullptr) log_->add(latency::stamps_of(report, paired_ns, committed_ns));
}

void FusionRole::count(std::uint64_t sequence, bool both, bool quarantined) {
  if (sequence >= progress_.next_sequence) {
    progress_.missing_pairs += sequence - progress_.next_sequence;
    progress_.next_sequence = sequence + 1;
    (quarantined ? progress_.quarantined_pairs : progress_.fused_pairs) += 1;
    progress_.half_pairs += both ? 0 : 1;
  }
  count_contacts();
  session_.block().fusion.store(progress_);
  session_.row(shm::Role::fusion).done.store(progress_.fused_pairs, std::memory_order_relaxed);
}

// Detections for which a report had no room are lost, so they are told: ring.detections is too small.
void FusionRole::tell_refused() {
  if (detections_refused_ == 0) return;
  const Fault fault{.kind = "detections_refused", .count = detections_refused_};
  shm::publish_faults(session_.row(shm::Role::fusion), std::span(&fault, 1));
}

void FusionRole::count_contacts() noexcept {
  const FusionCounters counters = fusion_.counters();
  progress_.contacts = counters.contacts;
  progress_.milco = counters.milco;
  progress_.nombo = counters.nombo;
}

Step FusionRole::end() {
  const std::uint64_t sequence = lanes_[0].head->report.frame.sequence;
  fusion_.fuse(sequence, &*lanes_[0].head, &*lanes_[1].head);
  fusion_.finish();
  tell_refused();
  progress_.missing_pairs += sequence - std::min(sequence, progress_.next_sequence);
  progress_.next_sequence = sequence;
  count_contacts();
  session_.block().fusion.store(progress_);
  return Step::ended;
}

bool FusionRole::ready() noexcept {
  return (!lanes_[0].head && !lanes_[0].reader.empty()) || (!lanes_[1].head && !lanes_[1].reader.empty());
}

std::int64_t FusionRole::wake_at_ns() const noexcept {
  return alone_since_ns_ == kNever ? kNever : alone_since_ns_ + pair_timeout_ns_;
}

}  // namespace towfish::process
