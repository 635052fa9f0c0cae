#include "detectors/onnx/yolo_output.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {

namespace {

int numbers_of(YoloLayout layout, std::size_t classes) noexcept {
  return static_cast<int>(classes) + (layout == YoloLayout::v5 ? 5 : 4);
}

/// One candidate of an output, whichever way it lies.
struct Entry {
  const float* first;
  std::ptrdiff_t step;
  float operator[](std::size_t i) const noexcept { return first[static_cast<std::ptrdiff_t>(i) * step]; }
};

NetworkBox read_box(const Entry& entry, const NetworkSettings& settings) noexcept {
  const bool has_objectness = settings.layout == YoloLayout::v5;
  const std::size_t scores = has_objectness ? 5 : 4;
  NetworkBox box{entry[0] - entry[2] / 2,
                 entry[1] - entry[3] / 2,
                 entry[0] + entry[2] / 2,
                 entry[1] + entry[3] / 2,
                 0,
                 0};
  for (std::size_t k = 0; k < settings.classes.size(); ++k) {
    const float score = entry[scores + k] * (has_objectness ? entry[4] : 1.0F);
    if (score > box.score) {
      box.score = score;
      box.label = k;
    }
  }
  return box;
}

bool is_wanted(const NetworkBox& box, const NetworkSettings& settings) noexcept {
  const auto width = static_cast<float>(settings.width_px);
  const auto height = static_cast<float>(settings.height_px);
  return box.score >= settings.least_score && box.score <= 1.0F &&
         settings.classes[box.label].meaning != NetworkClass::Meaning::none &&
         std::isfinite(box.left + box.right + box.top + box.bottom) && box.right > box.left &&
         box.bottom > box.top && box.x() >= 0 && box.x() < width && box.y() >= 0 && box.y() < height &&
         box.right - box.left <= 2 * width && box.bottom - box.top <= 2 * height;
}

}  // namespace

float overlap(const NetworkBox& a, const NetworkBox& b) noexcept {
  const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const auto area = [](const NetworkBox& box) { return (box.right - box.left) * (box.bottom - box.top); };
  return width * height / (area(a) + area(b) - width * height);
}

bool has_shape(const cv::Mat& output, YoloLayout layout, std::size_t classes) noexcept {
  if (output.dims != 3 || output.size[0] != 1 || output.type() != CV_32F) return false;
  return output.size[layout == YoloLayout::v5 ? 2 : 1] == numbers_of(layout, classes);
}

std::string wanted_shape(YoloLayout layout, std::size_t classes) {
  const std::string numbers = std::to_string(numbers_of(layout, classes));
  const std::string shape =
      layout == YoloLayout::v5 ? "[1, boxes, " + numbers + "]" : "[1, " + numbers + ", boxes]";
  return "one output " + shape + " for " + std::to_string(classes) + " classes in layout " +
         (layout == YoloLayout::v5 ? "v5" : "v8");
}

void read_boxes(const cv::Mat& output, const NetworkSettings& settings, std::vector<NetworkBox>& boxes) {
  boxes.clear();
  const bool by_rows = settings.layout == YoloLayout::v5;
  const int count = output.size[by_rows ? 1 : 2];
  const std::ptrdiff_t numbers = output.size[by_rows ? 2 : 1];
  for (int i = 0; i < count; ++i) {
    const Entry entry =
        by_rows ? Entry{output.ptr<float>() + i * numbers, 1} : Entry{output.ptr<float>() + i, count};
    const NetworkBox box = read_box(entry, settings);
    if (is_wanted(box, settings)) boxes.push_back(box);
  }
  std::stable_sort(boxes.begin(), boxes.end(),
                   [](const NetworkBox& a, const NetworkBox& b) { return a.score > b.score; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < boxes.size() && kept < kMostBoxes; ++i) {
    const auto same = [&](const NetworkBox& better) {
      return overlap(better, boxes[i]) > settings.same_box_iou;
    };
    if (std::none_of(boxes.begin(), boxes.begin() + static_cast<std::ptrdiff_t>(kept), same))
      boxes[kept++] = boxes[i];
  }
  boxes.resize(kept);
}

}  // namespace towfish
