#include <algorithm>
#include <limits>

#include "pipeline/process/source_role.hpp"

namespace towfish::process {

namespace {
constexpr std::uint64_t kToTheEnd = std::numeric_limits<std::uint64_t>::max();
}

bool SourceRole::asked() const noexcept {
  const shm::SourceControl& control = session_.block().control;
  const bool speed = control.speed_given.load(std::memory_order_acquire) != 0 &&
                     control.speed.load(std::memory_order_relaxed) != speed_;
  return speed || control.seeks.load(std::memory_order_acquire) != seeks_ ||
         (again_ && hurry_to_ != kToTheEnd && told_to_stop());
}

void SourceRole::obey() {
  const shm::SourceControl& control = session_.block().control;
  if (control.speed_given.load(std::memory_order_acquire) != 0 &&
      control.speed.load(std::memory_order_relaxed) != speed_) {
    speed_ = control.speed.load(std::memory_order_relaxed);
    pacer_ = source::Pacer(speed_, settings_.max_gap_ns);
    if (pair_ != nullptr) due_ns_ = pacer_.due(pair_->ping, shm::monotonic_ns());
  }
  if (again_ && hurry_to_ != kToTheEnd && told_to_stop()) {
    hurry_to_ = kToTheEnd;
    then_.reset();
    return emit_again(std::max(*again_, emitted_.before_end(settings_.detector_memory_pings)));
  }
  const std::uint64_t seeks = control.seeks.load(std::memory_order_acquire);
  if (seeks == seeks_ || told_to_stop()) return;
  if (rows_ > 0 && !again_) {  // What has been begun is emitted first.
    complete_ = true;
    return;
  }
  seeks_ = seeks;
  go_to(control.seek_ping.load(std::memory_order_relaxed));
}

void SourceRole::go_to(std::uint64_t ping) {
  if (paused_ && steps_ > 0) --steps_;  // One frame, to see where it is.
  then_.reset();
  if (ping < progress_.next_ping && emitted_.empty()) return;  // A predecessor emitted it.
  if (ping < progress_.next_ping) {
    hurry_to_ = ping;
    const std::uint64_t remembered = emitted_.before_end(settings_.detector_memory_pings);
    return emit_again(std::min(emitted_.of_ping(ping), remembered));
  }
  then_ = ping;
  hurry_to_ = kToTheEnd;
  emit_again(again_ ? emitted_.before_end(settings_.detector_memory_pings) : emitted_.end());
}

void SourceRole::emit_again(std::uint64_t sequence) {
  again_ = sequence;
  source_at_ = kToTheEnd;
  position_again();
}

/// Begins the frame `again_`, or goes on with new ones behind the last.
void SourceRole::position_again() {
  rows_ = 0;
  pair_ = nullptr;
  exhausted_ = false;
  complete_ = false;
  target_rows_ = most_pings_;
  const bool is_new = *again_ >= emitted_.end();
  const std::uint64_t from = is_new ? then_.value_or(progress_.next_ping) : emitted_.at(*again_).first_ping;
  if (from != source_at_) source_.seek(from);
  if (!is_new) {
    target_rows_ = emitted_.at(*again_).pings;
    return;
  }
  again_.reset();
  then_.reset();
  hurry_to_ = 0;
  pacer_ = source::Pacer(speed_, settings_.max_gap_ns);
}

void SourceRole::settle_again() {
  if (paused_ && !(emitted_.at(*again_).first_ping < hurry_to_)) ++steps_;
  ++*again_;
  position_again();
}

bool SourceRole::hurries(const Ping& ping) const noexcept {
  return paused_ || (again_ && ping.number < hurry_to_);
}

bool SourceRole::held() noexcept {
  if (!settings_.steered) return false;
  const shm::SourceControl& control = session_.block().control;
  const std::uint64_t steps = control.steps.load(std::memory_order_acquire);
  const bool paused = control.paused.load(std::memory_order_acquire) != 0 && !told_to_stop();
  if (!paused) {
    if (paused_) pacer_ = source::Pacer(speed_, settings_.max_gap_ns);
    paused_ = false;
    steps_ = steps;
    return false;
  }
  paused_ = true;
  const bool hurry = again_ && emitted_.at(*again_).first_ping < hurry_to_;
  return steps_ >= steps && !hurry;
}

}  // namespace towfish::process
