#include "pipeline/process/detector_role.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstring>
#include <utility>

#include "pipeline/latency/stamp.hpp"
#include "pipeline/process/quarantined_frame.hpp"

namespace towfish::process {

using shm::FrameSlot;
using shm::ReportSlot;

namespace {
/// Added to a slot's attempts when its frame is passed over, for successors to see.
constexpr std::uint64_t kCondemned = std::uint64_t{1} << 63;
}  // namespace

DetectorRole::DetectorRole(shm::Session& session, Side side, std::unique_ptr<Detector> detector,
                           std::uint64_t most_kept, std::filesystem::path quarantine)
    : session_(session),
      side_(side),
      detector_(std::move(detector)),
      most_kept_(most_kept),
      quarantine_(std::move(quarantine)),
      frames_(session.frames(side), session.row(shm::Role::source).doorbell),
      reports_(session.reports(side), session.row(shm::Role::fusion).doorbell),
      view_(session.view(side)),
      most_pings_(session.block().frame_pings),
      most_detections_(session.block().detections_per_report),
      discarded_(most_detections_),
      kept_from_(frames_.kept_from()) {
  if (const auto last = reports_.last(); !last.empty()) {
    if (const auto view = ReportSlot::read(last, most_detections_)) {
      reported_sequences_ = view->report.frame.sequence + 1;
      ended_ = (view->report.flags & FrameReport::kEnd) != 0;
    }
  }
  session_.row(shm::detector_of(side_)).in_hand.store(0, std::memory_order_relaxed);
  show_who_watches();
  warm_up();
  view_.begin();
}

/// Drawing rows takes a tenth of the detector's time.
void DetectorRole::show_who_watches() noexcept {
  const bool wanted = session_.block().dashboard.watches.load(std::memory_order_relaxed) != 0;
  if (wanted == std::exchange(shows_, wanted)) return;
  detector_->show_to(wanted ? &view_ : nullptr);
}

void DetectorRole::warm_up() {
  for (std::uint64_t index = frames_.kept_from(); index < frames_.next(); ++index) {
    const auto frame = FrameSlot::read(frames_.kept(index), most_pings_);
    if (!frame) continue;
    kept_pings_ += frame->pings.size();
    if (frames_.attempts(index) >= kCondemned) continue;
    DetectionList unwanted(discarded_);
    detector_->process(*frame, unwanted);
  }
}

Step DetectorRole::step() {
  if (ended_) return Step::ended;
  if (reports_.full()) return Step::idle;
  const auto view = frames_.take();
  if (!view) return source_ended() && frames_.empty() ? end() : Step::idle;
  const std::int64_t taken_ns = latency::stamp_ns();
  const auto frame = FrameSlot::read(view->payload, most_pings_);
  if (!frame || is_fatal(frame->header.sequence, view->attempts)) {
    pass_over(frame, *view, taken_ns);
  } else {
    scan(*frame, taken_ns);
  }
  release(frame ? frame->pings.size() : 0);
  return Step::worked;
}

// A frame that was reported has been survived: those who died later died of something else, and the detector
// must remember it.
bool DetectorRole::is_fatal(std::uint64_t sequence, std::uint64_t attempts) const noexcept {
  return attempts >= kCondemned || (attempts > kFatalAttempts && sequence >= reported_sequences_);
}

void DetectorRole::keep_up() noexcept {
  if (shed_from_ == 0) return;
  const std::uint64_t in_ring = session_.frames(side_).waiting();  // the one in hand is among them
  if (left_out_.empty() && in_ring > shed_from_) {
    left_out_ = detector_->leave_out(true);
  } else if (!left_out_.empty() && in_ring <= 1) {
    detector_->leave_out(false);
    left_out_ = {};
  }
}

void DetectorRole::declare_shed(std::uint64_t sequence) {
  if (left_out_.empty()) return;
  shm::count_fault(session_.row(shm::detector_of(side_)), fmt::format("scanned_without_{}", left_out_),
                   sequence);
}

void DetectorRole::scan(const FrameView& frame, std::int64_t taken_ns) {
  const auto slot = reports_.loan();
  DetectionList found(ReportSlot::detections(slot, most_detections_),
                      ReportSlot::chips(slot, most_detections_));
  auto& in_hand = session_.row(shm::detector_of(side_)).in_hand;
  in_hand.store(frame.header.sequence + 1, std::memory_order_relaxed);
  keep_up();
  show_who_watches();
  detector_->process(frame, found);
  in_hand.store(0, std::memory_order_relaxed);
  if (frame.header.sequence < reported_sequences_) return;
  declare_shed(frame.header.sequence);
  FrameReport report;
  report.frame = frame.header;
  report.taken_ns = taken_ns;
  if (!frame.pings.empty()) {
    report.first = frame.pings.front();
    report.last = frame.pings.back();
    report.seams =
        static_cast<std::uint32_t>(find_seams(frame.pings, ReportSlot::seams(slot, most_detections_)));
  }
  publish(report, found);
}

void DetectorRole::publish(FrameReport report, const DetectionList& found) {
  report.detections = static_cast<std::uint32_t>(found.items().size());
  report.refused = static_cast<std::uint32_t>(found.refused());
  report.detected_ns = latency::stamp_ns();
  ReportSlot::report(reports_.loan()) = report;
  reports_.publish();
  reported_sequences_ = report.frame.sequence + 1;
}

void DetectorRole::pass_over(const std::optional<FrameView>& frame, const shm::RingReader::View& view,
                             std::int64_t taken_ns) {
  FrameReport report;
  std::memcpy(&report.frame, view.payload.data(), sizeof report.frame);
  if (report.frame.sequence < reported_sequences_) return;
  session_.frames(side_).header(view.index).attempts.fetch_or(kCondemned, std::memory_order_release);
  report.taken_ns = taken_ns;
  report.flags = FrameReport::kQuarantined;
  const auto file = quarantine_ / fmt::format("{}-{}.frame", name(side_), report.frame.sequence);
  if (frame && keep(file, *frame)) {
    spdlog::error(
        "{} frame {} is passed over: {} processes died over it; see it die: towfish detector --frame {}",
        name(side_), report.frame.sequence, kFatalAttempts, file.string());
  } else {
    spdlog::error("{} frame {} is passed over: {}; {} could not be written", name(side_),
                  report.frame.sequence, frame ? "processes died over it" : "its header is damaged",
                  file.string());
  }
  publish(report, DetectionList({}));
}

/// With the frames that the detector remembers, so that it can be seen to die again.
bool DetectorRole::keep(const std::filesystem::path& file, const FrameView& frame) const {
  std::vector<FrameView> frames;
  for (std::uint64_t index = frames_.kept_from(); index < frames_.next(); ++index) {
    if (frames_.attempts(index) >= kCondemned) continue;
    if (const auto earlier = FrameSlot::read(frames_.kept(index), most_pings_)) frames.push_back(*earlier);
  }
  frames.push_back(frame);
  return QuarantinedFrame::write(file, session_.configuration(), frames);
}

void DetectorRole::release(std::size_t pings) {
  kept_pings_ += pings;
  const std::uint64_t next = frames_.next() + 1;
  while (kept_from_ < next) {
    const auto oldest = FrameSlot::read(frames_.kept(kept_from_), most_pings_);
    const std::uint64_t oldest_pings = oldest ? oldest->pings.size() : 0;
    if (kept_pings_ - oldest_pings < detector_->memory_pings() && next - kept_from_ <= most_kept_) break;
    kept_pings_ -= oldest_pings;
    ++kept_from_;
  }
  auto& done = session_.row(shm::detector_of(side_)).done;
  done.store(done.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  frames_.release(kept_from_);
}

Step DetectorRole::end() {
  const auto slot = reports_.loan();
  DetectionList found(ReportSlot::detections(slot, most_detections_),
                      ReportSlot::chips(slot, most_detections_));
  detector_->finish(found);
  FrameReport report;
  report.frame.sequence = session_.block().source.load().settled_pairs;
  report.frame.side = static_cast<std::uint32_t>(index(side_));
  report.flags = FrameReport::kEnd;
  publish(report, found);
  ended_ = true;
  return Step::ended;
}

bool DetectorRole::source_ended() const noexcept {
  return session_.block().source.load().ended != 0;
}

bool DetectorRole::ready() noexcept {
  if (reports_.full()) return false;
  return !frames_.empty() || source_ended();
}

}  // namespace towfish::process
