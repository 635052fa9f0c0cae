#include "pipeline/evaluation/trial.hpp"

#include <chrono>
#include <cmath>
#include <memory>

namespace towfish::evaluation {

namespace {

constexpr std::size_t kFramePings = 16;
constexpr std::size_t kRoomPerFrame = 1U << 12;

// One side: gathers pings into frames for its detector.
class Scanner {
 public:
  Scanner(const DetectorSettings& settings, Side side, const TrialOptions& options)
      : side_(side),
        see_(options.see),
        detector_(make_detector(settings, side)),
        chips_(options.chips ? kRoomPerFrame : 0) {}

  void take(PingSource& source, const PingPair& pair, Trial& trial) {
    const TraceGeometry& geometry = pair.geometry[index(side_)];
    if (geometry.samples == 0) return;
    if (!(geometry == geometry_)) {
      process(trial);
      geometry_ = geometry;
    }
    pings_.push_back(pair.ping);
    samples_.resize(pings_.size() * geometry.samples);
    source.read_trace(side_, std::span(samples_).last(geometry.samples));
    trial.samples += geometry.samples;
    trial.geometry[index(side_)] = geometry;
    if (pings_.size() == kFramePings) process(trial);
  }
  void finish(Trial& trial) {
    process(trial);
    timed(trial, [this](DetectionList& list) { detector_->finish(list); });
  }

 private:
  void process(Trial& trial) {
    if (pings_.empty()) return;
    FrameView frame;
    frame.header.geometry = geometry_;
    frame.header.pings = static_cast<std::uint32_t>(pings_.size());
    frame.header.side = static_cast<std::uint32_t>(index(side_));
    frame.pings = pings_;
    frame.samples = samples_;
    timed(trial, [&](DetectionList& list) { detector_->process(frame, list); });
    if (see_) see_(frame);
    pings_.clear();
    samples_.clear();
  }
  template <class Work>
  void timed(Trial& trial, const Work& work) {
    DetectionList list(room_, chips_);
    const auto before = std::chrono::steady_clock::now();
    work(list);
    trial.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
    const auto found = list.items();
    trial.detections.insert(trial.detections.end(), found.begin(), found.end());
    if (!chips_.empty()) {
      trial.chips.insert(trial.chips.end(), chips_.begin(),
                         chips_.begin() + static_cast<std::ptrdiff_t>(found.size()));
    }
  }

  Side side_;
  std::function<void(const FrameView&)> see_;
  std::unique_ptr<Detector> detector_;
  TraceGeometry geometry_;
  std::vector<Ping> pings_;
  std::vector<std::uint16_t> samples_;
  std::vector<Chip> chips_;
  std::vector<Detection> room_ = std::vector<Detection>(kRoomPerFrame);
};

}  // namespace

Trial run(PingSource& source, const DetectorSettings& settings, const TrialOptions& options) {
  constexpr std::uint64_t kLookAround = 64;
  Trial trial;
  std::array<Scanner, 2> scanners{Scanner(settings, Side::port, options),
                                  Scanner(settings, Side::starboard, options)};
  double metres = 0;
  std::uint64_t moved = 0;
  double without_speed_m = 0;  // Swaths of the pings that do not know it, which move as the others do.
  while (trial.pings < options.most_pings) {
    if (trial.pings % kLookAround == 0 && !options.go_on(trial.pings)) break;
    const PingPair* pair = source.next();
    if (pair == nullptr) break;
    ++trial.pings;
    const double step = std::abs(pair->ping.speed_mps) * pair->ping.interval_s;
    const double swath_m = pair->geometry[0].range_m() + pair->geometry[1].range_m();
    if (std::isfinite(step)) {
      metres += step;
      ++moved;
      trial.km2 += step * swath_m * 1e-6;
    } else {
      without_speed_m += swath_m;
    }
    for (auto& scanner : scanners) scanner.take(source, *pair, trial);
  }
  for (auto& scanner : scanners) scanner.finish(trial);
  if (moved > 0) trial.km2 += without_speed_m * metres / static_cast<double>(moved) * 1e-6;
  const auto& geometry = trial.geometry[trial.geometry[0].samples > 0 ? 0 : 1];
  trial.spacing_m = metres > 0 ? metres / static_cast<double>(moved) : geometry.sample_spacing_m;
  return trial;
}

}  // namespace towfish::evaluation
