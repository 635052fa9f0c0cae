#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detectors/likelihood.hpp"
#include "pipeline/sonar/configured_path.hpp"
#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// Judges what the algorithms have found by its chip (pipeline/sonar/detection.hpp), and what a network has
/// found by a part of the network's picture.
struct ClassifierSettings {
  ConfiguredPath model;
  std::uint32_t width_px = 64;
  std::uint32_t height_px = 64;
  std::uint32_t before_px = 32;
  std::uint32_t channels = 1;
  std::uint32_t object_output = 1;
  float from_llr = -4;
  Calibration calibration{1, 1, 0.5F};

  template <class Visitor>
  void describe(Visitor& v) {
    v.path("model", model,
           "ONNX file, relative to this one. Input: float [1, channels, height_px, width_px]. Empty: none.");
    v.number("width_px", width_px, "px", 16, 1024,
             "Of its input, across track: the network's pixels. What algorithms find is shown as 64 x 64 of "
             "0.1 m.");
    v.number("height_px", height_px, "px", 16, 1024, "Of its input, along track.");
    v.number("before_px", before_px, "px", 0, 1024,
             "Of its width, in front of the middle of what is judged; behind algorithms 32.");
    v.number("channels", channels, "", 1, 2,
             "Of its input: 1 the picture, 2 with the sine of the grazing angle behind it.");
    v.number("object_output", object_output, "", 0, 999,
             "Which of its outputs (logits) stands for an object; a single one is the logit itself.");
    v.number("from_llr", from_llr, "nats", -20, 20, "It is asked about candidates from this likelihood on.");
    v.group("calibration", calibration, "From score (odds of an object) to log-likelihood ratio.");
  }
};

/// One class of a detecting network.
struct NetworkClass {
  enum class Meaning : std::uint8_t { milec, milco, nombo, none };
  std::string name;
  Meaning meaning = Meaning::milec;

  static constexpr std::array<std::pair<std::string_view, Meaning>, 4> kMeanings{{{"milec", Meaning::milec},
                                                                                  {"milco", Meaning::milco},
                                                                                  {"nombo", Meaning::nombo},
                                                                                  {"none", Meaning::none}}};

  template <class Visitor>
  void describe(Visitor& v) {
    v.text("name", name, "As the model's maker calls it; for people.");
    v.choice("meaning", meaning, std::span<const std::pair<std::string_view, Meaning>>(kMeanings),
             "What to report it as; none: not at all.");
  }
};

/// How the rows of a network's output are to be read.
enum class YoloLayout : std::uint8_t {
  v5,  ///< [1, boxes, 5 + classes]: centre x, y, width, height, objectness, score by class.
  v8,  ///< [1, 4 + classes, boxes]: the same without objectness, transposed.
};

/// Metres of a window's pixel.
struct PixelSize {
  float across_m = 0.1F;  ///< Of slant range.
  float along_m = 0.1F;
};

/// Finds objects by itself in windows of the conditioned picture.
struct NetworkSettings {
  ConfiguredPath model;
  YoloLayout layout = YoloLayout::v8;
  std::uint32_t width_px = 640;
  std::uint32_t height_px = 640;
  std::uint32_t channels = 3;
  float metres_per_pixel = 0.1F;
  float across_metres_per_pixel = 0;
  float least_score = 0.05F;
  float same_box_iou = 0.45F;
  float same_object_m = 0;
  std::vector<NetworkClass> classes;
  Calibration calibration{1, 1, 1};

  static constexpr std::array<std::pair<std::string_view, YoloLayout>, 2> kLayouts{
      {{"v5", YoloLayout::v5}, {"v8", YoloLayout::v8}}};

  [[nodiscard]] PixelSize pixel() const noexcept {
    return {across_metres_per_pixel > 0 ? across_metres_per_pixel : metres_per_pixel, metres_per_pixel};
  }

  template <class Visitor>
  void describe(Visitor& v) {
    v.path("model", model, "ONNX file, relative to this one. Empty: none.");
    v.choice("layout", layout, std::span<const std::pair<std::string_view, YoloLayout>>(kLayouts),
             "Of its output: v5 [1, boxes, 5 + classes], v8 (v9, v11) [1, 4 + classes, boxes].");
    v.number("width_px", width_px, "px", 32, 2048, "Of its input, across track.");
    v.number("height_px", height_px, "px", 32, 2048, "Of its input, along track.");
    v.number("channels", channels, "", 1, 3,
             "Of its input: 1 the picture, 2 with the sine of the grazing angle behind it, 3 the same "
             "picture in each.");
    v.number("metres_per_pixel", metres_per_pixel, "m", 0.01, 2, "Scale it was trained at, along track.");
    v.number("across_metres_per_pixel", across_metres_per_pixel, "m", 0, 2,
             "Scale it was trained at, across track; 0: the same.");
    v.number("least_score", least_score, "", 0.001, 0.999, "Boxes with a lower score are not looked at.");
    v.number("same_box_iou", same_box_iou, "", 0.01, 0.99,
             "Boxes that overlap more, intersection over union, are one; the best stays.");
    v.number("same_object_m", same_object_m, "m", 0, 20,
             "And so are boxes whose middles are no farther apart: pieces of one object, or its shadow.");
    v.list("classes", classes, "Its classes, in its order.");
    v.group("calibration", calibration, "From score (its odds, p / (1 - p)) to log-likelihood ratio.");
  }
};

}  // namespace towfish
