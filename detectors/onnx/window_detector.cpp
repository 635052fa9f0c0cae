#include "detectors/onnx/window_detector.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "detectors/scan.hpp"
#include "detectors/usable_geometry.hpp"
#include "pipeline/sonar/geometry.hpp"

namespace towfish {

namespace {

constexpr std::size_t kMostWaiting = 4096;

Network::Input input_of(const NetworkSettings& settings) {
  return {static_cast<int>(settings.width_px), static_cast<int>(settings.height_px),
          static_cast<int>(settings.channels)};
}

ContactClass class_of(NetworkClass::Meaning meaning) noexcept {
  return meaning == NetworkClass::Meaning::milco   ? ContactClass::milco
         : meaning == NetworkClass::Meaning::nombo ? ContactClass::nombo
                                                   : ContactClass::milec;
}

}  // namespace

WindowDetector::WindowDetector(const NetworkSettings& settings, float least_llr, Side side)
    : settings_(settings),
      least_llr_(least_llr),
      side_(side),
      network_(settings.model, input_of(settings)),
      rows_(std::min(Conditioning::kCellM, settings.pixel().across_m)) {
  if (!has_shape(network_.first_output(), settings.layout, settings.classes.size()) ||
      settings.classes.empty()) {
    network_.refuse("an output " + network_.shape(), wanted_shape(settings.layout, settings.classes.size()));
  }
  window_.create(input_of(settings).height, input_of(settings).width,
                 settings.channels == 2 ? CV_8UC2 : CV_8UC1);
  found_.reserve(kMostWaiting);
}

void WindowDetector::ask(std::unique_ptr<ChipClassifier> classifier, float offset) {
  classifier_ = std::move(classifier);
  offset_ = offset;
}

std::uint32_t WindowDetector::memory_pings() const noexcept {
  // A box waits for a window's rows, is compared with boxes a window away, which saw a window before them.
  return Scan::kMemoryPings + 3 * WindowPicture::kMostWindowRows;
}

void WindowDetector::process(const FrameView& frame, DetectionList& out) {
  const TraceGeometry& geometry = frame.header.geometry;
  if (!is_usable(geometry)) return finish(out);
  for (std::size_t i = 0; i < frame.pings.size(); ++i) {
    const Ping& ping = frame.pings[i];
    if (!last_ping_ || ping.number != *last_ping_ + 1 || !(geometry == rows_.geometry())) {
      finish(out);
      rows_.reset(geometry, ping.number);
      picture_.reset(rows_, settings_.pixel());
      found_.clear();
      first_ping_ = ping.number;
      view_begun_ = false;
    }
    last_ping_ = ping.number;
    rows_.push(ping, frame.trace(i));
    if (sink_ != nullptr) {
      if (!std::exchange(view_begun_, true)) view_.reset(rows_);
      sink_->show(view_.push(rows_, frame.header));
    }
    take_ready_rows(out);
  }
}

void WindowDetector::show_to(ViewSink* sink) noexcept {
  sink_ = sink;
  view_begun_ = false;
}

void WindowDetector::take_ready_rows(DetectionList& out) {
  while (picture_.rows() < rows_.ready()) {
    picture_.push(rows_);
    const std::int64_t row = picture_.rows() - 1;
    search_before(row);
    release(row - picture_.rows_of(window_.rows, picture_.info(row).spacing_m), out);
  }
}

void WindowDetector::finish(DetectionList& out) {
  if (!last_ping_) return;
  last_ping_.reset();
  rows_.finish();
  take_ready_rows(out);
  const std::int64_t rows = picture_.rows();
  if (rows == 0) return;
  // As if the pings went on: objects near the end get into the middle half of a window too.
  const int window_rows = picture_.rows_of(window_.rows, picture_.info(rows - 1).spacing_m);
  for (std::int64_t row = rows; row < rows + 3 * window_rows / 4; ++row) search_before(row);
  release(rows, out);
}

/// Searches the window that ends at `row`, if one does.
void WindowDetector::search_before(std::int64_t row) {
  const float spacing_m = picture_.info(std::min(row, picture_.rows() - 1)).spacing_m;
  const int window_rows = picture_.rows_of(window_.rows, spacing_m);
  const auto step = std::bit_floor(static_cast<std::uint64_t>(window_rows) / 2);
  if ((first_ping_ + static_cast<std::uint64_t>(row) + 1) % step == 0) search(row, window_rows);
}

void WindowDetector::search(std::int64_t last, int window_rows) {
  const int overlap = std::min(static_cast<int>(kOverlapM / settings_.pixel().across_m), window_.cols / 2);
  const int step = window_.cols - overlap;
  const int windows = 1 + std::max(0, (picture_.columns() - window_.cols + step - 1) / step);
  for (int k = 0; k < windows; ++k) {
    const int left = windows == 1 ? 0 : k * (picture_.columns() - window_.cols) / (windows - 1);
    search_window(last, window_rows, left);
  }
}

void WindowDetector::search_window(std::int64_t last, int window_rows, int left) {
  picture_.cut(last, window_rows, left, window_);
  const cv::Mat& output = network_.run(window_);
  if (!has_shape(output, settings_.layout, settings_.classes.size())) {
    throw std::runtime_error(settings_.model.path + ": its output has changed its shape to " +
                             network_.shape());
  }
  read_boxes(output, settings_, boxes_);
  const auto height = static_cast<float>(window_.rows);
  const float rows_per_pixel = static_cast<float>(window_rows) / height;
  for (NetworkBox box : boxes_) {
    if (box.y() < 0.25F * height || box.y() > 0.75F * height || found_.size() == kMostWaiting) continue;
    box.top = (box.top - height) * rows_per_pixel;
    box.bottom = (box.bottom - height) * rows_per_pixel;
    box.left += static_cast<float>(left);
    box.right += static_cast<float>(left);
    found_.push_back({box, last});
  }
}

void WindowDetector::release(std::int64_t row, DetectionList& out) {
  for (Found& found : found_) {
    if (found.released || found.row(found.box.y()) >= row) continue;
    found.released = true;
    if (is_best(found)) report(found, out);
  }
  std::erase_if(found_, [row](const Found& found) {
    return found.released && found.row(found.box.y()) < row - WindowPicture::kMostWindowRows;
  });
}

bool WindowDetector::is_same(const Found& one, const Found& other) const noexcept {
  NetworkBox moved = other.box;
  moved.top += static_cast<float>(other.last - one.last);
  moved.bottom += static_cast<float>(other.last - one.last);
  if (overlap(moved, one.box) > settings_.same_box_iou) return true;
  const float across_m = (moved.x() - one.box.x()) * settings_.pixel().across_m;
  const float along_m = (moved.y() - one.box.y()) * info(one, one.box.y()).spacing_m;
  return std::hypot(across_m, along_m) < settings_.same_object_m;
}

bool WindowDetector::is_best(const Found& found) const noexcept {
  return std::ranges::none_of(found_, [&](const Found& other) {
    const bool better =
        other.box.score > found.box.score || (other.box.score == found.box.score && &other < &found);
    return better && is_same(found, other);
  });
}

void WindowDetector::report(const Found& found, DetectionList& out) {
  Detection detection = describe(found);
  if (classifier_ != nullptr) classify(found, detection);
  if (!(detection.llr >= least_llr_)) return;
  Chip* chip = out.push(detection);
  const std::int64_t row = found.row(found.box.y());
  if (chip != nullptr)
    picture_.draw(row, static_cast<int>(found.box.x()), picture_.info(row).spacing_m, *chip);
}

void WindowDetector::classify(const Found& found, Detection& detection) {
  const ClassifierSettings& settings = classifier_->settings();
  if (detection.llr_by_algorithm[0] >= settings.from_llr) {
    cv::Mat& picture = classifier_->picture();
    const int rows = picture_.rows_of(picture.rows, info(found, found.box.y()).spacing_m);
    const std::int64_t last = found.row(found.box.y()) + rows / 2 - 1;
    const auto left = static_cast<int>(std::lround(found.box.x())) - static_cast<int>(settings.before_px);
    picture_.cut(last, rows, left, picture);
    detection.llr_by_algorithm[1] = classifier_->judge();
  }
  detection.llr = Likelihood::limited(offset_ + detection.llr +
                                      settings.calibration.weight * detection.llr_by_algorithm[1]);
}

/// Of the row at `y` of its window, as far as it is kept.
const RowInfo& WindowDetector::info(const Found& found, float y) const noexcept {
  const std::int64_t newest = picture_.rows() - 1;
  const std::int64_t oldest = std::max<std::int64_t>(0, newest - WindowPicture::kKept + 1);
  return picture_.info(std::clamp(found.row(y), oldest, newest));
}

Detection WindowDetector::describe(const Found& found) const {
  const TraceGeometry& geometry = rows_.geometry();
  const auto sample = [&](float column) {
    const float at = column * settings_.pixel().across_m / geometry.sample_spacing_m;
    return static_cast<std::uint32_t>(std::clamp(at, 0.0F, static_cast<float>(geometry.samples - 1)));
  };
  const RowInfo& middle = info(found, found.box.y());
  Detection d;
  d.ping = middle.ping.number;
  d.first_ping = std::min(d.ping, info(found, found.box.top).ping.number);
  d.last_ping = std::max(d.ping, info(found, found.box.bottom).ping.number);
  d.sample = d.highlight_last_sample = sample(found.box.x());
  d.highlight_first_sample = sample(found.box.left);
  d.shadow_last_sample = sample(found.box.right);
  d.slant_range_m = geometry.slant_range_m(d.sample);
  d.altitude_m = middle.tracked ? geometry.first_edge_m + static_cast<float>(middle.bottom) * rows_.cell_m()
                                : middle.ping.altitude_m;
  d.ground_range_m = ground_range_m(d.slant_range_m, d.altitude_m);
  d.length_m = (found.box.bottom - found.box.top) * middle.spacing_m;
  const float odds = found.box.score / std::max(1.0F - found.box.score, 1e-6F);
  d.llr_by_algorithm[0] = log_likelihood(settings_.calibration, odds);
  d.llr = settings_.calibration.weight * d.llr_by_algorithm[0];
  d.range_m = geometry.range_m();
  d.frequency_khz = geometry.frequency_khz;
  d.contact_class = class_of(settings_.classes[found.box.label].meaning);
  d.side = side_;
  d.at = middle.ping;
  return d;
}

}  // namespace towfish
