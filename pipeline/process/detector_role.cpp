#include "pipeline/process/detector_role.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

#include "pipeline/latency/stamp.hpp"

namespace towfish::process {

using shm::FrameSlot;
using shm::ReportSlot;

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
  detector_->show_to(&view_);
  warm_up();
  view_.begin();
}

void DetectorRole::warm_up() {
  for (std::uint64_t index = frames_.kept_from(); index < frames_.next(); ++index) {
    const auto frame = FrameSlot::read(frames_.kept(index), most_pings_);
    if (!frame) continue;
    kept_pings_ += frame->pings.size();
    if (frames_.attempts(index) > kFatalAttempts) continue;
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
  if (!frame || view->attempts > kFatalAttempts) {
    pass_over(*view, taken_ns);
  } else {
    scan(*frame, taken_ns);
  }
  release(frame ? frame->pings.size() : 0);
  return Step::worked;
}

void DetectorRole::scan(const FrameView& frame, std::int64_t taken_ns) {
  const auto slot = reports_.loan();
  DetectionList found(ReportSlot::detections(slot, most_detections_),
                      ReportSlot::chips(slot, most_detections_));
  detector_->process(frame, found);
  if (frame.header.sequence < reported_sequences_) return;
  FrameReport report;
  report.frame = frame.header;
  report.taken_ns = taken_ns;
  if (!frame.pings.empty()) {
    report.first = frame.pings.front();
    report.last = frame.pings.back();
    report.altitude_m = report.last.altitude_m;
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

void DetectorRole::pass_over(const shm::RingReader::View& view, std::int64_t taken_ns) {
  FrameReport report;
  std::memcpy(&report.frame, view.payload.data(), sizeof report.frame);
  if (report.frame.sequence < reported_sequences_) return;
  report.taken_ns = taken_ns;
  report.flags = FrameReport::kQuarantined;
  std::error_code error;
  std::filesystem::create_directories(quarantine_, error);
  const auto file = quarantine_ / fmt::format("{}-{}.frame", name(side_), report.frame.sequence);
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(view.payload.data()),
            static_cast<std::streamsize>(view.payload.size()));
  out.close();
  spdlog::error("{} frame {} is passed over: {} processes died over it; {} {}", name(side_),
                report.frame.sequence, kFatalAttempts, out ? "kept in" : "could not be written to",
                file.string());
  publish(report, DetectionList({}));
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
