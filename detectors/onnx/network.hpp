#pragma once

#include <array>
#include <memory>
#include <opencv2/core.hpp>

#include "pipeline/sonar/configured_path.hpp"

namespace towfish {

/// A network of the user's in ONNX format, run by OpenCV's dnn module on one thread of the CPU.
///
/// It takes one picture, values 0 to 1, as float [1, channels, height, width], and gives one tensor. Threads:
/// one thread. OpenCV allocates while it runs.
class Network {
 public:
  struct Input {
    int width = 64;
    int height = 64;
    int channels = 1;
  };

  /// Loads it and runs it once, so that it is known to work and its next run is not slow. Throws UsageError
  /// naming where it is configured where it cannot be read, is larger than 256 MiB or does not run.
  Network(const ConfiguredPath& model, const Input& input);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// What it makes of an 8-bit picture of its input size, with its channels, or grey and the same in each:
  /// valid until the next run. Throws std::runtime_error where it fails although it ran before.
  const cv::Mat& run(const cv::Mat& picture);
  /// Of the run at the start: its shape is that of every run.
  [[nodiscard]] const cv::Mat& first_output() const noexcept { return output_; }

  /// Throws UsageError in the name of this network's configuration.
  [[noreturn]] void refuse(const std::string& found, const std::string& wanted) const;
  /// Of the output, for messages: "[1, 84, 8400]".
  [[nodiscard]] std::string shape() const;

 private:
  void forward(const cv::Mat& picture);

  struct Net;
  ConfiguredPath model_;
  Input input_;
  std::unique_ptr<Net> net_;
  cv::Mat blob_;
  cv::Mat plane_;
  cv::Mat output_;
};

}  // namespace towfish
