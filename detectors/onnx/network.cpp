#include "detectors/onnx/network.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <stdexcept>
#include <vector>

#include "pipeline/sonar/error.hpp"

namespace towfish {

struct Network::Net {
  cv::dnn::Net net;
};

namespace {

constexpr std::uintmax_t kLargestModel = 256U << 20U;

/// OpenCV's messages run over several lines, with source files and functions.
std::string first_line(const cv::Exception& error) {
  return error.err.substr(0, error.err.find('\n'));
}

/// The dnn module writes to stderr what it then throws as well.
class Quiet {
 public:
  Quiet() { cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT); }
  ~Quiet() { cv::utils::logging::setLogLevel(before_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  cv::utils::logging::LogLevel before_ = cv::utils::logging::getLogLevel();
};

}  // namespace

Network::Network(const ConfiguredPath& model, const Input& input)
    : model_(model), input_(input), net_(std::make_unique<Net>()) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(model.path, error)) refuse("no such file", "an ONNX model");
  const auto size = std::filesystem::file_size(model.path, error);
  if (error || size > kLargestModel) refuse(std::to_string(size) + " bytes", "at most 256 MiB");
  std::vector<char> bytes(static_cast<std::size_t>(size));
  if (!std::ifstream(model.path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(size))) {
    refuse("that it cannot be read", "an ONNX model");
  }
  const Quiet quiet;
  try {
    net_->net = cv::dnn::readNetFromONNX(bytes.data(), bytes.size());
    if (net_->net.empty()) refuse("no network in it", "an ONNX model");
    net_->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net_->net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    forward(cv::Mat(input.height, input.width, CV_8U, cv::Scalar(128)));
  } catch (const cv::Exception& failure) {
    refuse("'" + first_line(failure) + "'",
           "a model that OpenCV " CV_VERSION " runs on a float input [1, " + std::to_string(input.channels) +
               ", " + std::to_string(input.height) + ", " + std::to_string(input.width) + "]");
  }
  if (output_.type() != CV_32F || output_.empty()) refuse("an output that is not float", "float");
}

Network::~Network() = default;

void Network::refuse(const std::string& found, const std::string& wanted) const {
  throw UsageError(model_.where + ": " + model_.path + ": found " + found + ", wanted " + wanted);
}

void Network::forward(const cv::Mat& picture) {
  const int sizes[] = {1, input_.channels, input_.height, input_.width};
  blob_.create(4, sizes, CV_32F);
  for (int channel = 0; channel < input_.channels; ++channel) {
    cv::Mat plane(input_.height, input_.width, CV_32F, blob_.ptr<float>(0, channel));
    cv::extractChannel(picture, plane_, std::min(channel, picture.channels() - 1));
    plane_.convertTo(plane, CV_32F, 1.0 / 255);
  }
  net_->net.setInput(blob_);
  output_ = net_->net.forward();
}

const cv::Mat& Network::run(const cv::Mat& picture) {
  try {
    forward(picture);
  } catch (const cv::Exception& failure) {
    throw std::runtime_error(model_.path + ": " + first_line(failure));
  }
  return output_;
}

std::string Network::shape() const {
  std::string text = "[";
  for (int i = 0; i < output_.dims; ++i) text += (i > 0 ? ", " : "") + std::to_string(output_.size[i]);
  return text + "]";
}

}  // namespace towfish
