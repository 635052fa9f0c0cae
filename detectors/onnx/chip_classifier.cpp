#include "detectors/onnx/chip_classifier.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace towfish {

namespace {

constexpr int kSize = static_cast<int>(Chip::kSize);
constexpr std::size_t kMostOutputs = 1000;

}  // namespace

ChipClassifier::ChipClassifier(const ClassifierSettings& settings)
    : settings_(settings), network_(settings.model, {kSize, kSize, 1}) {
  const cv::Mat& output = network_.first_output();
  const std::size_t outputs = output.total();
  if (output.size[0] != 1 || outputs != static_cast<std::size_t>(output.size[1]) || outputs > kMostOutputs ||
      (outputs > 1 && settings.object_output >= outputs)) {
    network_.refuse("an output " + network_.shape(),
                    "[1, classes] with at most 1000 classes, object_output (" +
                        std::to_string(settings.object_output) + ") among them");
  }
}

float ChipClassifier::judge(const Chip& chip) {
  const cv::Mat picture(kSize, kSize, CV_8U, const_cast<std::uint8_t*>(chip.pixels));
  const cv::Mat& output = network_.run(picture);
  const float* logits = output.ptr<float>();
  const std::size_t outputs = output.total();
  // Log odds of its softmax: its logit less the logarithm of the others' sum.
  double score = logits[0];
  if (outputs > 1) {
    if (settings_.object_output >= outputs) return 0;
    double rest = 0;
    const double highest = *std::max_element(logits, logits + outputs);
    for (std::size_t i = 0; i < outputs; ++i) {
      if (i != settings_.object_output) rest += std::exp(logits[i] - highest);
    }
    score = logits[settings_.object_output] - highest - std::log(rest);
  }
  if (std::isnan(score)) return 0;
  return log_likelihood(settings_.calibration, static_cast<float>(std::exp(std::clamp(score, -30.0, 30.0))));
}

}  // namespace towfish
