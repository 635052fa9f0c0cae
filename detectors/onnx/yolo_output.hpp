#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "detectors/onnx/network_settings.hpp"

namespace towfish {

/// A box that a network found, in pixels of its input.
struct NetworkBox {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;
  float score = 0;  ///< 0 to 1.
  std::size_t label = 0;
  [[nodiscard]] float x() const noexcept { return 0.5F * (left + right); }
  [[nodiscard]] float y() const noexcept { return 0.5F * (top + bottom); }
};

/// Intersection over union.
float overlap(const NetworkBox& a, const NetworkBox& b) noexcept;

/// Whether an output has the layout's shape for so many classes.
bool has_shape(const cv::Mat& output, YoloLayout layout, std::size_t classes) noexcept;
/// The shape it should have, for messages.
std::string wanted_shape(YoloLayout layout, std::size_t classes);

/// The boxes of an output of that shape whose class means something and whose score is at least
/// settings.least_score, best first, at most kMostBoxes. Of those that overlap the best stays (non-maximum
/// suppression). Boxes that are not finite or lie outside of the picture are left out.
inline constexpr std::size_t kMostBoxes = 256;
void read_boxes(const cv::Mat& output, const NetworkSettings& settings, std::vector<NetworkBox>& boxes);

}  // namespace towfish
