#include "pipeline/evaluation/roc_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <opencv2/imgproc.hpp>

#include "pipeline/picture/picture.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::evaluation {

namespace {

constexpr int kWidth = 900;
constexpr int kHeight = 600;
constexpr int kLeft = 70;
constexpr int kBottom = 60;
constexpr int kTop = 20;
constexpr double kLeastFalse = 0.01;  // a frame
constexpr double kMostFalse = 100;

int x_of(double false_per_frame) {
  const double part = std::log10(std::clamp(false_per_frame, kLeastFalse, kMostFalse) / kLeastFalse) /
                      std::log10(kMostFalse / kLeastFalse);
  return kLeft + static_cast<int>(std::lround(part * (kWidth - kLeft - kTop)));
}

int y_of(double pd) {
  return kHeight - kBottom - static_cast<int>(std::lround(pd * (kHeight - kBottom - kTop)));
}

void write(cv::Mat& canvas, const std::string& text, int x, int y) {
  cv::putText(canvas, text, {x, y}, cv::FONT_HERSHEY_SIMPLEX, 0.45, cv::Scalar(60), 1, cv::LINE_AA);
}

}  // namespace

void write_roc_csv(const std::filesystem::path& file, const std::vector<RocPoint>& roc) {
  std::ofstream out(file);
  out << "confidence,pd,false_per_frame,false_per_km2\n";
  for (const RocPoint& p : roc) {
    out << fmt::format("{:.6f},{:.6f},{:.6f},{:.4f}\n", p.confidence, p.pd, p.false_per_frame,
                       p.false_per_km2);
  }
  if (!out.flush()) throw std::runtime_error(file.string() + ": cannot be written");
}

void write_roc_picture(const std::filesystem::path& file, const std::vector<RocPoint>& roc) {
  Picture picture(kWidth, kHeight, 1);
  cv::Mat canvas(kHeight, kWidth, CV_8UC1, picture.pixels.data());
  canvas.setTo(255);
  for (int tenth = 0; tenth <= 10; ++tenth) {
    cv::line(canvas, {x_of(kLeastFalse), y_of(tenth / 10.0)}, {x_of(kMostFalse), y_of(tenth / 10.0)}, 220);
    if (tenth % 2 == 0)
      write(canvas, fmt::format("{:.1f}", tenth / 10.0), kLeft - 40, y_of(tenth / 10.0) + 5);
  }
  for (double at = kLeastFalse; at <= kMostFalse * 1.01; at *= 10) {
    cv::line(canvas, {x_of(at), y_of(0)}, {x_of(at), y_of(1)}, 220);
    write(canvas, fmt::format("{:g}", at), x_of(at) - 12, y_of(0) + 20);
  }
  write(canvas, "false alarms a frame", kWidth / 2 - 70, kHeight - 15);
  write(canvas, "Pd", 10, kTop + 10);
  cv::Point from(x_of(0), y_of(0));
  for (const RocPoint& p : roc) {
    const cv::Point right(x_of(p.false_per_frame), from.y);
    const cv::Point up(right.x, y_of(p.pd));
    cv::line(canvas, from, right, 0, 2);
    cv::line(canvas, right, up, 0, 2);
    from = up;
  }
  try {
    write_png(file, picture);
  } catch (const PictureError& error) {
    throw InputError(error.what());
  }
}

}  // namespace towfish::evaluation
