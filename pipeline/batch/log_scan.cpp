#include "pipeline/batch/log_scan.hpp"

#include <algorithm>
#include <utility>

namespace towfish::batch {

namespace {

/// Faults counted since `before` was taken.
std::vector<Fault> since(const std::vector<Fault>& before, std::vector<Fault> now) {
  for (Fault& fault : now) {
    const auto same = std::ranges::find(before, fault.kind, &Fault::kind);
    if (same != before.end()) fault.count -= std::min(fault.count, same->count);
  }
  std::erase_if(now, [](const Fault& fault) { return fault.count == 0; });
  return now;
}

}  // namespace

LogScan::LogScan(const std::filesystem::path& log, const process::RunSettings& settings)
    : settings_(settings),
      log_(open_log(log)),
      detections_(settings.pipeline.ring.detections),
      chips_(settings.pipeline.ring.detections) {
  begin_anew();
}

LogSize LogScan::size() {
  constexpr std::uint64_t kLookedAt = 512;
  LogSize size;
  log_->seek(0);
  while (size.pings < kLookedAt) {
    const PingPair* pair = log_->next();
    if (pair == nullptr) break;
    ++size.pings;
    if (size.first_time_ns == kUnknownTime) size.first_time_ns = pair->ping.time_utc_ns;
  }
  if (size.pings == kLookedAt) {
    const double read = log_->progress();
    const auto ahead = static_cast<double>(kLookedAt + Log::kNavigationWindow);
    if (log_->size()) {
      size.pings = *log_->size();
    } else if (read > 0) {
      size.pings = std::max(kLookedAt, static_cast<std::uint64_t>(ahead / read));
    }
  }
  pair_ = nullptr;
  begin_anew();
  next_ = kToTheEnd;  // Whatever comes next has to seek.
  return size;
}

void LogScan::begin_anew() {
  for (const Side side : kSides) {
    Lane& lane = lanes_[index(side)];
    lane = Lane{.detector = make_detector(settings_.detector, side),
                .geometry = {},
                .samples = std::move(lane.samples)};
    memory_pings_ = std::max<std::uint64_t>(memory_pings_, lane.detector->memory_pings());
  }
  pings_.clear();
}

void LogScan::begin_at(std::uint64_t first) {
  if (first == next_) return;
  begin_anew();
  log_->seek(first - std::min(first, memory_pings_));
  pair_ = log_->next();
}

std::optional<StretchResult> LogScan::scan(const Stretch& stretch, ReportWriter& out,
                                           const std::function<bool(std::uint64_t next_ping)>& tick) {
  begin_at(stretch.first);
  next_ = kToTheEnd;  // Until this stretch is done.
  if (pair_ == nullptr && stretch.first == 0) pair_ = log_->next();
  result_ = {};
  std::vector<Fault> before = stretch.first == 0 ? std::vector<Fault>{} : log_->faults();
  warming_up_ = pair_ != nullptr && pair_->ping.number < stretch.first;
  for (; pair_ != nullptr && pair_->ping.number < stretch.end; pair_ = log_->next()) {
    const bool own = pair_->ping.number >= stretch.first;
    if (!fits(*pair_) || (own && warming_up_)) {
      flush(out);
      if (!tick(pair_->ping.number)) return std::nullopt;
    }
    if (own && warming_up_) {
      before = log_->faults();
      warming_up_ = false;
    }
    add(*pair_);
  }
  flush(out);
  const bool anything = result_.pings > 0 || stretch.first == 0;
  if (pair_ == nullptr && anything) report_end(out);
  next_ = pair_ == nullptr ? kToTheEnd : stretch.end;
  result_.faults = since(before, log_->faults());
  return std::exchange(result_, {});
}

bool LogScan::fits(const PingPair& pair) const noexcept {
  if (pings_.empty()) return true;
  const std::uint64_t number = pair.ping.number;
  if (number % settings_.pipeline.frame.pings == 0 || number != pings_.back().number + 1) return false;
  for (const Side side : kSides) {
    const Lane& lane = lanes_[index(side)];
    const TraceGeometry& geometry = pair.geometry[index(side)];
    if (geometry.samples != 0 ? geometry != lane.geometry
                              : lane.missing == memory_pings_ && lane.geometry.samples != 0) {
      return false;
    }
  }
  return true;
}

void LogScan::add(const PingPair& pair) {
  for (const Side side : kSides) {
    Lane& lane = lanes_[index(side)];
    const TraceGeometry& geometry = pair.geometry[index(side)];
    const bool there = geometry.samples != 0;
    lane.missing = there ? 0 : std::min(lane.missing + 1, memory_pings_ + 1);
    if (there) lane.geometry = geometry;
    if (lane.missing > memory_pings_) lane.geometry = {};
    const std::size_t begin = lane.filled;
    lane.filled += lane.geometry.samples;
    if (lane.samples.size() < lane.filled) lane.samples.resize(lane.filled);
    const auto trace = std::span(lane.samples).subspan(begin, lane.geometry.samples);
    if (there) {
      log_->read_trace(side, trace);
    } else {
      std::ranges::fill(trace, std::uint16_t{0});
    }
  }
  pings_.push_back(pair.ping);
  ++(warming_up_ ? result_.warm_up : result_.pings);
  if (!warming_up_ && result_.first_time_ns == kUnknownTime) result_.first_time_ns = pair.ping.time_utc_ns;
}

void LogScan::flush(ReportWriter& out) {
  if (pings_.empty()) return;
  seams_.resize(most_seams(pings_.size()));
  const std::size_t seams = find_seams(pings_, seams_);
  for (const Side side : kSides) {
    Lane& lane = lanes_[index(side)];
    FrameView frame;
    frame.header.geometry = lane.geometry;
    frame.header.pings = static_cast<std::uint32_t>(pings_.size());
    frame.header.side = static_cast<std::uint32_t>(index(side));
    frame.pings = pings_;
    frame.samples = std::span(lane.samples).first(lane.filled);
    DetectionList found(detections_, chips_);
    lane.detector->process(frame, found);
    lane.filled = 0;
    if (warming_up_) continue;
    FrameReport report;
    report.frame = frame.header;
    report.first = pings_.front();
    report.last = pings_.back();
    report.seams = static_cast<std::uint32_t>(seams);
    write(report, found, out);
  }
  if (!warming_up_) ++result_.frames;
  pings_.clear();
}

void LogScan::report_end(ReportWriter& out) {
  for (const Side side : kSides) {
    Lane& lane = lanes_[index(side)];
    DetectionList found(detections_, chips_);
    lane.detector->finish(found);
    FrameReport report;
    report.frame.side = static_cast<std::uint32_t>(index(side));
    report.flags = FrameReport::kEnd;
    write(report, found, out);
  }
}

void LogScan::write(FrameReport report, const DetectionList& found, ReportWriter& out) {
  const std::size_t count = found.items().size();
  report.detections = static_cast<std::uint32_t>(count);
  report.refused = static_cast<std::uint32_t>(found.refused());
  result_.detections += count;
  result_.refused += found.refused();
  out.write({report, found.items(), std::span<const Chip>(chips_).first(count),
             std::span<const Ping>(seams_).first(report.seams)});
}

}  // namespace towfish::batch
