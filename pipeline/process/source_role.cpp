#include "pipeline/process/source_role.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/latency/stamp.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::process {

using shm::FrameSlot;

namespace {
constexpr std::int64_t kTellFaults_ns = 1'000'000'000;

// The ping that completes a frame is awaited awake: the last wait is one that the doorbell spins through.
constexpr std::int64_t kAwakeBefore_ns = shm::Doorbell::kWorthSleeping.count() - 1;
}  // namespace

SourceRole::SourceRole(shm::Session& session, PingSource& source, const SourceRoleSettings& settings,
                       source::Recorder* recorder, WantedRecording* wanted)
    : session_(session),
      source_(source),
      settings_(settings),
      recorder_(recorder),
      wanted_recording_(wanted),
      pacer_(settings.speed, settings.max_gap_ns),
      lanes_{Lane{shm::RingWriter(session.frames(Side::port), session.row(shm::Role::port_detector).doorbell),
                  {}},
             Lane{shm::RingWriter(session.frames(Side::starboard),
                                  session.row(shm::Role::starboard_detector).doorbell),
                  {}}},
      most_pings_(session.block().frame_pings),
      progress_(session.block().source.load()),
      target_rows_(most_pings_),
      emitted_(progress_.settled_pairs),
      seeks_(session.block().control.seeks.load(std::memory_order_acquire)),
      steps_(session.block().control.steps.load(std::memory_order_acquire)),
      speed_(settings.speed) {
  if (settings_.steered) {
    session_.block().control.pings.store(source_.size().value_or(0), std::memory_order_relaxed);
  }
  resume();
}

void SourceRole::resume() {
  std::uint64_t from = std::max(progress_.next_ping, settings_.first_ping);
  if (progress_.due_ns != 0) pacer_.resume(progress_.due_ns, progress_.time_utc_ns);
  for (Lane& lane : lanes_) {
    const auto frame = FrameSlot::read(lane.writer.last(), most_pings_);
    if (!frame || frame->pings.empty()) continue;
    lane.published = frame->header.sequence >= progress_.settled_pairs;
    if (!lane.published) continue;
    target_rows_ = frame->pings.size();
    from = frame->pings.front().number;  // Another one if the predecessor had been told to go there.
  }
  if (from > 0) source_.seek(from);
}

Step SourceRole::step() {
  if (progress_.ended != 0) return Step::ended;
  if (complete_) return publish();
  if (settings_.steered && asked()) obey();
  if (complete_) return Step::worked;
  holding_ = pair_ == nullptr && !exhausted_ && held();
  if (holding_ || holds_back()) return Step::idle;
  if (pair_ == nullptr && !exhausted_) fetch();
  if (pair_ == nullptr) {
    if (rows_ == 0 && again_) {  // The log has become shorter.
      emit_again(emitted_.end());
      return Step::worked;
    }
    if (rows_ == 0) return end();
    complete_ = true;
    return Step::worked;
  }
  if (!filled_) {
    if (!fits(*pair_)) {
      complete_ = true;
      return Step::worked;
    }
    fill_row(*pair_);
  }
  if (shm::monotonic_ns() < due_ns_) {
    if (!told_to_stop() || again_) return Step::idle;
    pair_ = nullptr;  // Not due yet when the end came.
    exhausted_ = true;
    return Step::worked;
  }
  accept();
  return Step::worked;
}

bool SourceRole::wanted(const PingPair& pair) const noexcept {
  if (pair.ping.number >= settings_.end_ping) return false;
  if (settings_.duration_ns == kNever || progress_.first_time_utc_ns == 0) return true;
  return pair.ping.time_utc_ns - progress_.first_time_utc_ns < settings_.duration_ns;
}

void SourceRole::fetch() {
  pair_ = told_to_stop() && !again_ ? nullptr : source_.next();
  if (pair_ != nullptr && !wanted(*pair_)) pair_ = nullptr;
  exhausted_ = pair_ == nullptr;
  if (pair_ == nullptr) return;
  filled_ = false;
  const std::int64_t now_ns = shm::monotonic_ns();
  if (hurries(pair_->ping)) {
    due_ns_ = now_ns;
    pacer_.resume(now_ns, pair_->ping.time_utc_ns);
  } else {
    due_ns_ = pacer_.due(pair_->ping, now_ns);
  }
}

// Making the next ping takes time (a simulator's most of all) that the detectors of a frame that was just
// published can use better: half a ping's interval is left to them. A source that is behind does not wait.
bool SourceRole::holds_back() const noexcept {
  return pair_ == nullptr && !exhausted_ && rows_ == 0 && shm::monotonic_ns() < fetch_at_ns_ &&
         session_.row(shm::Role::source).stop.load(std::memory_order_relaxed) == 0;
}

// A side that is missing in one ping keeps its geometry and gets a trace of zeros.
bool SourceRole::fits(const PingPair& pair) const {
  if (rows_ == 0) return true;
  for (const Side side : kSides) {
    const TraceGeometry& geometry = pair.geometry[index(side)];
    if (geometry.samples != 0 && geometry != lanes_[index(side)].geometry) return false;
  }
  return true;
}

void SourceRole::fill_row(const PingPair& pair) {
  for (const Side side : kSides) {
    Lane& lane = lanes_[index(side)];
    const TraceGeometry& geometry = pair.geometry[index(side)];
    if (geometry.samples != 0) lane.geometry = geometry;
    const auto slot = lane.writer.loan();
    const std::size_t fit = FrameSlot::rows_that_fit(slot.size(), most_pings_, lane.geometry.samples);
    if (fit == 0) {
      throw InputError(
          fmt::format("ping {}: {} samples on {}; the session's frames hold {} bytes: raise frame.samples",
                      pair.ping.number, geometry.samples, name(side), slot.size()));
    }
    target_rows_ = std::min(target_rows_, fit);
    if (lane.published) continue;
    const auto row = FrameSlot::trace(slot, most_pings_, rows_, lane.geometry.samples);
    if (geometry.samples != 0) {
      source_.read_trace(side, row);
    } else {
      std::fill(row.begin(), row.end(), std::uint16_t{0});
    }
  }
  filled_ = true;
}

void SourceRole::accept() {
  if (!again_ && progress_.first_time_utc_ns == 0) progress_.first_time_utc_ns = pair_->ping.time_utc_ns;
  for (const Side side : kSides) {
    Lane& lane = lanes_[index(side)];
    if (lane.published) continue;
    const auto slot = lane.writer.loan();
    Ping& ping = FrameSlot::ping(slot, rows_);
    ping = pair_->ping;
    ping.due_ns = due_ns_;
    FrameHeader& header = FrameSlot::header(slot);
    if (rows_ == 0) {
      header = FrameHeader{.sequence = again_.value_or(progress_.settled_pairs),
                           .first_due_ns = due_ns_,
                           .geometry = lane.geometry};
      header.side = static_cast<std::uint32_t>(index(side));
    }
    header.last_due_ns = due_ns_;
    header.pings = static_cast<std::uint32_t>(rows_ + 1);
  }
  source_at_ = pair_->ping.number + 1;
  if (rows_ == 0) first_of_frame_ = pair_->ping.number;
  if (!again_) {
    ++progress_.pings;
    progress_.port_pings += pair_->geometry[0].samples != 0 ? 1 : 0;
    progress_.starboard_pings += pair_->geometry[1].samples != 0 ? 1 : 0;
    if (settings_.speed != source::Pacer::kUnpaced && progress_.due_ns != 0)
      fetch_at_ns_ = due_ns_ + (due_ns_ - progress_.due_ns) / 2;
    progress_.next_ping = source_at_;
    progress_.due_ns = due_ns_;
    progress_.time_utc_ns = pair_->ping.time_utc_ns;
  }
  ++rows_;
  pair_ = nullptr;
  complete_ = rows_ == target_rows_;
}

Step SourceRole::publish() {
  bool room = true;
  for (Lane& lane : lanes_) room = room && (lane.published || !lane.writer.full());
  if (!room && settings_.when_full == FullPolicy::wait) return Step::idle;
  if (room) {
    for (Lane& lane : lanes_) {
      if (lane.published) continue;
      FrameSlot::header(lane.writer.loan()).published_ns = latency::stamp_ns();
      lane.writer.publish();
    }
  }
  if (again_) {
    settle_again();
  } else {
    settle(!room);
  }
  return Step::worked;
}

// A published slot belongs to its consumer, which only reads it; it is this side that fills it again later.
void SourceRole::record(bool refused) {
  const bool wanted = wanted_recording_ != nullptr && wanted_recording_->under_way(progress_.pings - rows_);
  if (recorder_ == nullptr && !wanted) return;
  std::array<std::optional<FrameView>, 2> frames;
  for (const Side side : kSides) {
    const shm::RingWriter& writer = lanes_[index(side)].writer;
    frames[index(side)] = FrameSlot::read(refused ? writer.loan() : writer.last(), most_pings_);
  }
  if (!frames[0] || !frames[1]) return;
  if (wanted) wanted_recording_->record(*frames[0], *frames[1]);
  if (recorder_ == nullptr) return;
  recorder_->record(*frames[0], *frames[1]);
  if (!recorder_->failed()) return;
  const Fault fault{.kind = "recording_failed", .count = 1};
  shm::publish_faults(session_.row(shm::Role::source), std::span(&fault, 1));
  recorder_ = nullptr;
}

void SourceRole::settle(bool refused) {
  record(refused);
  ++progress_.settled_pairs;
  progress_.refused_pairs += refused ? 1 : 0;
  session_.block().source.store(progress_);
  session_.row(shm::Role::source).done.store(progress_.next_ping, std::memory_order_relaxed);
  if (progress_.due_ns - faults_told_ns_ > kTellFaults_ns) tell_faults();
  if (settings_.steered) emitted_.add({first_of_frame_, rows_});
  if (paused_) ++steps_;
  for (Lane& lane : lanes_) lane.published = false;
  rows_ = 0;
  target_rows_ = most_pings_;
  complete_ = false;
}

void SourceRole::tell_faults() {
  faults_told_ns_ = progress_.due_ns;
  shm::publish_faults(session_.row(shm::Role::source), source_.faults());
}

Step SourceRole::end() {
  if (recorder_ != nullptr) recorder_->close();
  if (wanted_recording_ != nullptr) wanted_recording_->end();
  tell_faults();
  progress_.ended = 1;
  session_.block().source.store(progress_);
  for (const Side side : kSides) session_.row(shm::detector_of(side)).doorbell.ring();
  return Step::ended;
}

bool SourceRole::ready() noexcept {
  if (!complete_ && settings_.steered && asked()) return true;
  if (holding_) return !held();
  if (told_to_stop() && !again_) return !complete_ || !lanes_[0].writer.full();
  if (!complete_) return shm::monotonic_ns() >= wake_at_ns();
  return (lanes_[0].published || !lanes_[0].writer.full()) &&
         (lanes_[1].published || !lanes_[1].writer.full());
}

std::int64_t SourceRole::wake_at_ns() const noexcept {
  if (complete_ || holding_) return kNever;
  if (pair_ == nullptr && !exhausted_ && rows_ == 0) return fetch_at_ns_;
  const std::int64_t early_ns = due_ns_ - kAwakeBefore_ns;
  return rows_ + 1 >= target_rows_ && shm::monotonic_ns() < early_ns ? early_ns : due_ns_;
}

}  // namespace towfish::process
