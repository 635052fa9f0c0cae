#include "detectors/swath_detector.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/log_amplitude.hpp"
#include "detectors/usable_geometry.hpp"
#include "pipeline/sonar/geometry.hpp"

namespace towfish {

namespace {

constexpr float kChipMetresPerPixel = 0.1F;
constexpr int kChipReachPings = 96;
constexpr float kLeastGroupedLlr = -8.0F;
constexpr float kGreyPerDecibel = 7.0F;

}  // namespace

SwathDetector::SwathDetector(Side side, std::vector<std::unique_ptr<Algorithm>> algorithms,
                             Likelihood likelihood, float least_llr)
    : side_(side), scan_(std::move(algorithms)), likelihood_(std::move(likelihood)), least_llr_(least_llr) {}

void SwathDetector::process(const FrameView& frame, DetectionList& out) {
  if (!is_usable(frame.header.geometry)) return finish(out);
  for (std::size_t i = 0; i < frame.pings.size(); ++i) {
    const Ping& ping = frame.pings[i];
    const bool follows =
        last_ping_ && ping.number == *last_ping_ + 1 && frame.header.geometry == scan_.rows().geometry();
    if (!follows) {
      finish(out);
      scan_.reset(frame.header.geometry, ping.number);
      grouping_.reset();
      view_begun_ = false;
    }
    last_ping_ = ping.number;
    scan_.push(ping, frame.trace(i), [this](const Candidate& candidate) { judge(candidate); });
    if (sink_ != nullptr) show(frame.header);
    release(scan_.searched(), out);
  }
}

void SwathDetector::show_to(ViewSink* sink) noexcept {
  sink_ = sink;
  view_begun_ = false;
}

std::string_view SwathDetector::leave_out(bool wanted) noexcept {
  if (classifier_ != nullptr) {
    classifies_ = !wanted;
    return "classifier";
  }
  scan_.leave_out(wanted ? spare_ : Scan::kNone);
  return spare_name_;
}

void SwathDetector::show(const FrameHeader& frame) {
  if (!view_begun_) view_.reset(scan_.rows());
  view_begun_ = true;
  sink_->show(view_.push(scan_.rows(), frame));
}

void SwathDetector::finish(DetectionList& out) {
  if (!last_ping_) return;
  last_ping_.reset();
  scan_.finish([this](const Candidate& candidate) { judge(candidate); });
  release(scan_.searched() + 2 * Grouping::kReach, out);
}

void SwathDetector::judge(const Candidate& candidate) {
  Judged judged{candidate, describe(candidate), {}};
  likelihood_.judge(candidate, judged.detection);
  if (judged.detection.llr >= kLeastGroupedLlr) grouping_.add(judged);
}

void SwathDetector::release(std::int64_t row, DetectionList& out) {
  grouping_.release(row, scan_.rows().geometry().sample_spacing_m,
                    [&](const Judged& judged) { report(judged, out); });
}

void SwathDetector::report(const Judged& judged, DetectionList& out) {
  Detection detection = judged.detection;
  if (judged.part_llr) {
    place_in_middle(detection);
  } else if (classifier_ != nullptr && classifies_) {
    classify(judged.candidate, detection);
  }
  if (!(judged.part_llr.value_or(detection.llr) >= least_llr_)) return;
  if (Chip* chip = out.push(detection)) draw(judged.candidate, *chip);
}

void SwathDetector::classify(const Candidate& candidate, Detection& detection) {
  if (detection.llr < classifier_->settings().from_llr) return;
  draw(candidate, chip_);
  float& own = detection.llr_by_algorithm[scan_.algorithms()];
  own = classifier_->judge(chip_, detection.altitude_m, detection.slant_range_m);
  detection.llr = likelihood_.limited(detection.llr + classifier_->settings().calibration.weight * own);
}

Detection SwathDetector::describe(const Candidate& candidate) const {
  const Conditioning& rows = scan_.rows();
  const RowInfo& info = rows.info(candidate.row);
  const TraceGeometry& geometry = rows.geometry();
  const int per_cell = rows.samples_per_cell();
  const auto first_sample = [&](int cell) {
    return static_cast<std::uint32_t>((cell + info.bottom) * per_cell);
  };
  const auto last_sample = [&](int cell) { return first_sample(cell + 1) - 1; };

  Detection d;
  d.first_ping = rows.info(candidate.first_row).ping.number;
  d.last_ping = rows.info(candidate.last_row).ping.number;
  d.sample = d.highlight_last_sample = last_sample(candidate.cell);
  d.highlight_first_sample = first_sample(candidate.highlight_first);
  d.shadow_last_sample = last_sample(candidate.shadow_last);
  place(d, info);
  d.length_m = candidate.length_m;
  d.width_m = candidate.width_m;
  d.shadow_length_m = candidate.shadow_m;
  d.height_m = height_from_shadow_m(d.altitude_m, candidate.shadow_m,
                                    geometry.slant_range_m(static_cast<double>(d.shadow_last_sample)));
  d.range_m = geometry.range_m();
  d.frequency_khz = geometry.frequency_khz;
  d.side = side_;
  return d;
}

void SwathDetector::place(Detection& d, const RowInfo& info) const {
  const TraceGeometry& geometry = scan_.rows().geometry();
  d.ping = info.ping.number;
  d.at = info.ping;
  d.slant_range_m = geometry.slant_range_m(0.5 * (d.highlight_first_sample + d.highlight_last_sample));
  d.altitude_m = info.tracked
                     ? geometry.first_edge_m + static_cast<float>(info.bottom) * scan_.rows().cell_m()
                     : info.ping.altitude_m;
  d.ground_range_m = ground_range_m(d.slant_range_m, d.altitude_m);
}

void SwathDetector::place_in_middle(Detection& whole) const {
  const std::uint64_t middle = whole.first_ping + (whole.last_ping - whole.first_ping) / 2;
  whole.sample =
      whole.highlight_first_sample + (whole.highlight_last_sample - whole.highlight_first_sample) / 2;
  place(whole, scan_.rows().info(static_cast<std::int64_t>(middle - scan_.rows().first_ping())));
}

void SwathDetector::draw(const Candidate& candidate, Chip& chip) const {
  const Conditioning& rows = scan_.rows();
  const RowInfo& info = rows.info(candidate.row);
  constexpr auto kSize = static_cast<int>(Chip::kSize);
  chip.metres_per_pixel = kChipMetresPerPixel;
  std::array<int, kSize> columns{};  // cells from the candidate's
  for (int x = 0; x < kSize; ++x) {
    const float across_m = (static_cast<float>(x - kSize / 2) + 0.5F) * kChipMetresPerPixel;
    columns[static_cast<std::size_t>(x)] = static_cast<int>(std::lround(across_m / rows.cell_m()));
  }
  for (int y = 0; y < kSize; ++y) {
    const float along_m = (static_cast<float>(y - kSize / 2)) * kChipMetresPerPixel;
    const int pings = std::clamp(static_cast<int>(std::lround(along_m / info.spacing_m)), -kChipReachPings,
                                 kChipReachPings);
    const auto row = std::clamp<std::int64_t>(candidate.row + pings, 0, rows.ready() - 1);
    const auto cells = rows.row(row);
    const int middle = candidate.cell + info.bottom - rows.info(row).bottom;
    std::uint8_t* const pixels = chip.pixels + static_cast<std::size_t>(y * kSize);
    for (std::size_t x = 0; x < columns.size(); ++x) {
      const int cell = middle + columns[x];
      const bool inside = cell >= 0 && cell < rows.cells();
      const float level =
          inside ? static_cast<float>(cells[static_cast<std::size_t>(cell)]) / kStepsPerDecibel : 0.0F;
      const double grey = std::clamp(128.0F + kGreyPerDecibel * level, 0.0F, 255.0F);
      pixels[x] = static_cast<std::uint8_t>(grey + 0.5);
    }
  }
}

}  // namespace towfish
