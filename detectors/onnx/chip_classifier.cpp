#include "detectors/onnx/chip_classifier.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "detectors/onnx/window_picture.hpp"

namespace towfish {

namespace {

constexpr int kSize = static_cast<int>(Chip::kSize);
constexpr std::size_t kMostOutputs = 1000;

Network::Input input_of(const ClassifierSettings& settings) {
  return {static_cast<int>(settings.width_px), static_cast<int>(settings.height_px),
          static_cast<int>(settings.channels)};
}

}  // namespace

ChipClassifier::ChipClassifier(const ClassifierSettings& settings)
    : settings_(settings),
      network_(settings.model, input_of(settings)),
      picture_(input_of(settings).height, input_of(settings).width,
               settings.channels == 2 ? CV_8UC2 : CV_8UC1) {
  const cv::Mat& output = network_.first_output();
  const std::size_t outputs = output.total();
  if (output.size[0] != 1 || outputs != static_cast<std::size_t>(output.size[1]) || outputs > kMostOutputs ||
      (outputs > 1 && settings.object_output >= outputs)) {
    network_.refuse("an output " + network_.shape(),
                    "[1, classes] with at most 1000 classes, object_output (" +
                        std::to_string(settings.object_output) + ") among them");
  }
}

void ChipClassifier::draw(const Chip& chip, float altitude_m, float slant_range_m) {
  const int channels = picture_.channels();
  for (int i = 0; i < kSize * kSize; ++i) picture_.data[i * channels] = chip.pixels[i];
  if (channels == 1) return;
  std::array<std::uint8_t, Chip::kSize> grazing{};
  for (int x = 0; x < kSize; ++x) {
    const float across_m = (static_cast<float>(x - kSize / 2) + 0.5F) * chip.metres_per_pixel;
    grazing[static_cast<std::size_t>(x)] = grey_of_grazing(altitude_m, slant_range_m + across_m);
  }
  for (int i = 0; i < kSize * kSize; ++i) {
    picture_.data[2 * i + 1] = grazing[static_cast<std::size_t>(i % kSize)];
  }
}

float ChipClassifier::judge(const Chip& chip, float altitude_m, float slant_range_m) {
  draw(chip, altitude_m, slant_range_m);
  return judge();
}

float ChipClassifier::judge() {
  const cv::Mat& output = network_.run(picture_);
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
