#pragma once

#include <opencv2/core.hpp>

#include "detectors/onnx/network.hpp"
#include "detectors/onnx/network_settings.hpp"
#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// A network that says how much a small picture looks like an object. Threads: one thread.
class ChipClassifier {
 public:
  /// Throws UsageError where the model cannot be used so: its output must be one row of at most 1000 logits,
  /// with `object_output` among them.
  explicit ChipClassifier(const ClassifierSettings& settings);

  /// Log-likelihood ratio object : no object of this chip, calibrated. 0 where the network gives no number.
  /// `altitude_m` and `slant_range_m` of the chip's middle are for networks of two channels.
  float judge(const Chip& chip, float altitude_m, float slant_range_m);
  /// The same of what picture() holds.
  float judge();
  /// Of the size and the channels of its input, to be drawn into.
  [[nodiscard]] cv::Mat& picture() noexcept { return picture_; }
  [[nodiscard]] const ClassifierSettings& settings() const noexcept { return settings_; }

 private:
  void draw(const Chip& chip, float altitude_m, float slant_range_m);

  ClassifierSettings settings_;
  Network network_;
  cv::Mat picture_;
};

}  // namespace towfish
