#include "pipeline/process/fusion_role.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "pipeline/contacts/database.hpp"
#include "pipeline/latency/stamp.hpp"

namespace towfish::process {

using shm::ReportSlot;

namespace {
/// Not looked for so long: it was stopped, and the other side perhaps with it (a suspended machine).
constexpr std::int64_t kBlink_ns = 1'000'000'000;
constexpr std::int64_t kStorePause_ns = 250'000'000;
constexpr std::uint64_t kWarnEvery = 20;
}  // namespace

FusionRole::FusionRole(shm::Session& session, Fusion& fusion, std::int64_t pair_timeout_ns,
                       latency::FrameLog* log, std::filesystem::path quarantine)
    : session_(session),
      fusion_(fusion),
      pair_timeout_ns_(pair_timeout_ns),
      log_(log),
      quarantine_(std::move(quarantine)),
      lanes_{
          Lane{shm::RingReader(session.reports(Side::port), session.row(shm::Role::port_detector).doorbell),
               {}},
          Lane{shm::RingReader(session.reports(Side::starboard),
                               session.row(shm::Role::starboard_detector).doorbell),
               {}}},
      most_detections_(session.block().detections_per_report),
      progress_(session.block().fusion.load()) {}

Step FusionRole::step() {
  if (shm::monotonic_ns() < store_again_ns_) return Step::idle;
  try {
    const Step step = work();
    if (step != Step::idle) store_fails_since_ns_ = kNever;
    return step;
  } catch (const StoreError& error) {
    return wait_for_store(error);
  }
}

// Reports stay in their rings meanwhile; the same call is repeated.
Step FusionRole::wait_for_store(const StoreError& error) {
  const std::int64_t now = shm::monotonic_ns();
  const bool passing = error.kind() == StoreError::Kind::locked || error.kind() == StoreError::Kind::full;
  store_fails_since_ns_ = std::min(store_fails_since_ns_, now);
  const bool draining = session_.block().source.load().ended != 0;
  if (!passing || (draining && now - store_fails_since_ns_ > kStorePatience_ns)) throw error;
  if (store_failures_++ % kWarnEvery == 0)
    spdlog::error("{}: waiting for that, nothing is lost", error.what());
  const Fault fault{.kind = "store_unavailable", .count = store_failures_};
  shm::publish_faults(session_.row(shm::Role::fusion), std::span(&fault, 1));
  session_.row(shm::Role::fusion).in_hand.store(0, std::memory_order_release);
  store_again_ns_ = now + kStorePause_ns;
  return Step::idle;
}

Step FusionRole::work() {
  for (Lane& lane : lanes_) take(lane);
  const bool has_rested = std::exchange(rests_, !lanes_[0].head && !lanes_[1].head);
  if (rests_) {
    if (has_rested) fusion_.rest();  // Nothing has come since it began to wait.
    return Step::idle;
  }
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
  if (killed_others(sequence)) {
    quarantined = true;
    keep(sequence, pair);
  } else {
    fusion_.fuse(sequence, pair[0], pair[1]);
  }
  session_.row(shm::Role::fusion).in_hand.store(0, std::memory_order_release);
  const std::int64_t committed_ns = latency::stamp_ns();
  for (const Side side : kSides) {
    if (pair[index(side)] != nullptr) progress_.detections_refused += pair[index(side)]->report.refused;
  }
  count(sequence, pair[0] != nullptr && pair[1] != nullptr, quarantined);
  for (const Side side : kSides) {
    if (pair[index(side)] == nullptr) continue;
    if (!quarantined) record(pair[index(side)]->report, paired_ns, committed_ns);
    lanes_[index(side)].reader.release();
    lanes_[index(side)].head.reset();
  }
  return Step::worked;
}

// Told before the work, so that a successor finds it.
bool FusionRole::killed_others(std::uint64_t sequence) noexcept {
  shm::RoleRow& row = session_.row(shm::Role::fusion);
  const bool again = row.in_hand.load(std::memory_order_acquire) == sequence + 1;
  const std::uint64_t attempts = again ? row.in_hand_attempts.load(std::memory_order_relaxed) + 1 : 1;
  row.in_hand_attempts.store(attempts, std::memory_order_release);
  row.in_hand.store(sequence + 1, std::memory_order_release);
  return attempts > kFatalAttempts;
}

void FusionRole::keep(std::uint64_t sequence, const std::array<const FrameReportView*, 2>& pair) {
  std::error_code ignored;
  std::filesystem::create_directories(quarantine_, ignored);
  for (const Side side : kSides) {
    if (pair[index(side)] == nullptr) continue;
    const auto payload = lanes_[index(side)].reader.take()->payload;
    std::ofstream out(quarantine_ / fmt::format("{}-{}.report", name(side), sequence), std::ios::binary);
    out.write(reinterpret_cast<const char*>(payload.data()), static_cast<std::streamsize>(payload.size()));
  }
  spdlog::error("pair {} is passed over: {} processes died over it; its reports are in {}", sequence,
                kFatalAttempts, quarantine_.string());
}

void FusionRole::record(const FrameReport& report, std::int64_t paired_ns, std::int64_t committed_ns) {
  if constexpr (!latency::kMeasured) return;
  session_.block().latency.record(static_cast<Side>(report.frame.side & 1U), report.frame.sequence,
                                  report.first.number, latency::stage_times(report, paired_ns, committed_ns),
                                  session_.block().deadline_ns);
  if (log_ != nullptr) log_->add(latency::stamps_of(report, paired_ns, committed_ns));
}

void FusionRole::count(std::uint64_t sequence, bool both, bool quarantined) {
  const FusionCounters counters = fusion_.counters();
  const bool came_late = std::exchange(late_frames_, counters.late_frames) < counters.late_frames;
  if (sequence >= progress_.next_sequence) {
    progress_.missing_pairs += sequence - progress_.next_sequence;
    progress_.next_sequence = sequence + 1;
    (quarantined ? progress_.quarantined_pairs : progress_.fused_pairs) += 1;
    progress_.half_pairs += both ? 0 : 1;
  } else if (came_late && !both && progress_.half_pairs > 0) {
    --progress_.half_pairs;  // Now it is whole.
  }
  count_contacts(counters);
  session_.block().fusion.store(progress_);
  session_.row(shm::Role::fusion).done.store(progress_.fused_pairs, std::memory_order_relaxed);
}

// Detections for which a report had no room are lost, so they are told: ring.detections is too small.
void FusionRole::tell_refused() {
  if (progress_.detections_refused == 0) return;
  const Fault fault{.kind = "detections_refused", .count = progress_.detections_refused};
  shm::publish_faults(session_.row(shm::Role::fusion), std::span(&fault, 1));
}

void FusionRole::count_contacts(const FusionCounters& counters) noexcept {
  progress_.contacts = counters.contacts;
  progress_.milco = counters.milco;
  progress_.nombo = counters.nombo;
  progress_.milec = counters.milec;
}

Step FusionRole::end() {
  const std::uint64_t sequence = lanes_[0].head->report.frame.sequence;
  fusion_.fuse(sequence, &*lanes_[0].head, &*lanes_[1].head);
  fusion_.finish();
  tell_refused();
  progress_.missing_pairs += sequence - std::min(sequence, progress_.next_sequence);
  progress_.next_sequence = sequence;
  count_contacts(fusion_.counters());
  session_.block().fusion.store(progress_);
  return Step::ended;
}

bool FusionRole::ready() noexcept {
  if (shm::monotonic_ns() < store_again_ns_) return false;
  return (!lanes_[0].head && !lanes_[0].reader.empty()) || (!lanes_[1].head && !lanes_[1].reader.empty());
}

std::int64_t FusionRole::wake_at_ns() const noexcept {
  const std::int64_t alone_ns = alone_since_ns_ == kNever ? kNever : alone_since_ns_ + pair_timeout_ns_;
  return store_fails_since_ns_ == kNever ? alone_ns : std::min(alone_ns, store_again_ns_);
}

}  // namespace towfish::process
