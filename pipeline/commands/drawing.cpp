#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "pipeline/commands/waterfall.hpp"

namespace towfish::commands {
namespace {

constexpr double kTextScale = 0.4;
constexpr int kMinBox_px = 12;
constexpr float kMargin_m = 1.0F;
const cv::Scalar kScaleColour(200, 200, 200);
const cv::Scalar kShade(0, 0, 0);

/// The picture's own pixels, in OpenCV's clothes. Channel order is ours: red, green, blue.
cv::Mat view(Picture& picture) {
  return {static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3, picture.pixels.data()};
}

void text(cv::Mat image, const std::string& words, cv::Point at, const cv::Scalar& colour) {
  const cv::Size size = cv::getTextSize(words, cv::FONT_HERSHEY_SIMPLEX, kTextScale, 1, nullptr);
  at.x = std::clamp(at.x, 0, std::max(0, image.cols - size.width));
  at.y = std::clamp(at.y, size.height, std::max(size.height, image.rows - 2));
  cv::putText(image, words, at, cv::FONT_HERSHEY_SIMPLEX, kTextScale, kShade, 3, cv::LINE_AA);
  cv::putText(image, words, at, cv::FONT_HERSHEY_SIMPLEX, kTextScale, colour, 1, cv::LINE_AA);
}

/// 1, 2 or 5 times a power of ten, not less than `least`.
double round_step(double least) {
  const double decade = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * decade >= least) return factor * decade;
  }
  return 10 * decade;
}

void blend_line(cv::Mat image, cv::Point from, cv::Point to) {
  cv::Mat strip = image(cv::Rect(from, to + cv::Point(1, 1)) & cv::Rect({}, image.size()));
  cv::addWeighted(strip, 0.7, cv::Mat(strip.size(), strip.type(), kScaleColour), 0.3, 0, strip);
}

/// The geometry of the ping in which a mark begins.
TraceGeometry geometry_at(Log& log, const Mark& mark) {
  log.seek(mark.first_ping);
  const PingPair* pair = log.next();
  return pair != nullptr && pair->ping.number == mark.first_ping ? pair->geometry[index(mark.side)]
                                                                 : TraceGeometry{};
}

}  // namespace

Drawing::Drawing(const Waterfall& waterfall, const ColourMap& map)
    : waterfall_(&waterfall), picture_(coloured(waterfall.picture, map)) {}

void Drawing::draw_scale() {
  cv::Mat image = view(picture_);
  const Waterfall& w = *waterfall_;
  const double range_m = static_cast<double>(w.nadir_column) * w.metres_per_column;
  const double step_m = round_step(std::max(range_m / 6, 60.0 * w.metres_per_column));
  for (double r = step_m; r <= range_m; r += step_m) {
    for (const Side side : kSides) {
      const int x = static_cast<int>(w.column_of(side, static_cast<float>(r)));
      blend_line(image, {x, 0}, {x, image.rows - 1});
      text(image, fmt::format("{:g} m", r), {x + 3, 12}, kScaleColour);
    }
  }
  const double step_pings = round_step(100 * w.pings_per_row);
  const auto first = static_cast<double>(w.first_ping);
  for (double ping = std::ceil(first / step_pings) * step_pings; w.row_of(ping) < image.rows;
       ping += step_pings) {
    const int y = static_cast<int>(w.row_of(ping));
    cv::line(image, {0, y}, {8, y}, kScaleColour);
    if (y > 16) text(image, fmt::format("{:.0f}", ping), {11, y + 4}, kScaleColour);
  }
  if (w.metres_per_row > 0) {
    const double bar_m = round_step(50 * w.metres_per_row);
    const int length = static_cast<int>(bar_m / w.metres_per_row);
    const cv::Point foot(image.cols - 12, image.rows - 8);
    cv::line(image, foot, foot - cv::Point(0, length), kScaleColour, 3);
    text(image, fmt::format("{:g} m", bar_m), foot - cv::Point(45, length / 2), kScaleColour);
  }
}

void Drawing::draw_marks(std::span<const Mark> marks, std::array<std::uint8_t, 3> rgb, Log& log) {
  cv::Mat image = view(picture_);
  const cv::Scalar colour(rgb[0], rgb[1], rgb[2]);
  for (const Mark& mark : marks) {
    const TraceGeometry geometry = geometry_at(log, mark);
    if (geometry.samples == 0) continue;
    const float half_width_m = mark.width_m > 0 ? mark.width_m / 2 + kMargin_m : 0;
    const double along =
        waterfall_->metres_per_row > 0 ? (mark.length_m / 2 + kMargin_m) / waterfall_->metres_per_row : 0;
    const double half_length = mark.length_m > 0 ? along : 0;
    const double near = waterfall_->column_of(
        mark.side, geometry.slant_range_m(static_cast<double>(mark.first_sample)) - half_width_m);
    const double far = waterfall_->column_of(
        mark.side, geometry.slant_range_m(static_cast<double>(mark.last_sample)) + half_width_m);
    const double top = waterfall_->row_of(static_cast<double>(mark.first_ping)) - half_length;
    const double bottom = waterfall_->row_of(static_cast<double>(mark.last_ping)) + half_length;
    cv::Point a(static_cast<int>(std::min(near, far)), static_cast<int>(top));
    cv::Point b(static_cast<int>(std::max(near, far)), static_cast<int>(bottom));
    const cv::Point grow(std::max(0, (kMinBox_px - (b.x - a.x)) / 2),
                         std::max(0, (kMinBox_px - (b.y - a.y)) / 2));
    a -= grow;
    b += grow;
    cv::rectangle(image, a, b, colour, 1);
    if (!mark.label.empty()) text(image, mark.label, {a.x, a.y - 3}, colour);
  }
}

}  // namespace towfish::commands
