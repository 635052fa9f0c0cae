#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include "pipeline/bench/experiment.hpp"

namespace towfish::bench {

namespace {

constexpr double kWidth = 760;
constexpr double kHeight = 420;
constexpr double kLeft = 80;
constexpr double kRight = 200;
constexpr double kTop = 40;
constexpr double kBottom = 55;
constexpr std::array kColours{"#1b6ca8", "#c8553d", "#3a7d44", "#7b4b94", "#b8860b", "#444444"};

struct Point {
  const Case* from;
  double x;
  Spread y;
};

std::vector<Point> points_of(const Experiment& experiment) {
  std::vector<Point> points;
  for (const Case& one : experiment.cases) {
    const auto found = one.values.find(experiment.plotted);
    if (found == one.values.end() || one.x <= 0) continue;
    const Spread y = spread(found->second);
    if (y.median > 0) points.push_back({&one, one.x, y});
  }
  return points;
}

/// From a value to a place on a logarithmic axis.
class Axis {
 public:
  Axis(double low, double high, double from, double to) : from_(from), to_(to) {
    low_ = std::floor(std::log10(low) * kSteps) / kSteps;
    high_ = std::max(std::ceil(std::log10(high) * kSteps) / kSteps, low_ + 1.0 / kSteps);
  }
  [[nodiscard]] double at(double value) const {
    const double share = (std::log10(std::max(value, 1e-12)) - low_) / (high_ - low_);
    return from_ + std::clamp(share, 0.0, 1.0) * (to_ - from_);
  }
  /// 1, 2 and 5 of every decade within.
  [[nodiscard]] std::vector<double> ticks() const {
    std::vector<double> values;
    for (int decade = static_cast<int>(std::floor(low_)); decade <= static_cast<int>(std::ceil(high_));
         ++decade) {
      for (const double digit : {1.0, 2.0, 5.0}) {
        const double value = digit * std::pow(10.0, decade);
        const double place = std::log10(value);
        if (place >= low_ - 1e-9 && place <= high_ + 1e-9) values.push_back(value);
      }
    }
    return values;
  }

 private:
  static constexpr double kSteps = 4;
  double from_;
  double to_;
  double low_;
  double high_;
};

void draw_axes(std::string& out, const Experiment& experiment, const Axis& x, const Axis& y) {
  const auto add = std::back_inserter(out);
  for (const double value : x.ticks()) {
    fmt::format_to(add, "<line x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}' class='grid'/>\n", x.at(value),
                   kTop, kHeight - kBottom);
    fmt::format_to(add, "<text x='{:.1f}' y='{}' text-anchor='middle'>{:g}</text>\n", x.at(value),
                   kHeight - kBottom + 18, value);
  }
  for (const double value : y.ticks()) {
    fmt::format_to(add, "<line x1='{1}' x2='{2}' y1='{0:.1f}' y2='{0:.1f}' class='grid'/>\n", y.at(value),
                   kLeft, kWidth - kRight);
    fmt::format_to(add, "<text x='{}' y='{:.1f}' text-anchor='end'>{:g}</text>\n", kLeft - 8, y.at(value) + 4,
                   value);
  }
  fmt::format_to(add, "<text x='{}' y='22' font-weight='bold'>{}</text>\n", kLeft, experiment.title);
  fmt::format_to(add, "<text x='{}' y='{}' text-anchor='middle'>{}</text>\n", (kLeft + kWidth - kRight) / 2,
                 kHeight - 14, experiment.x_title);
  fmt::format_to(add, "<text transform='translate(18 {}) rotate(-90)' text-anchor='middle'>{}</text>\n",
                 (kTop + kHeight - kBottom) / 2, experiment.plotted);
}

void draw_curve(std::string& out, const std::vector<Point>& curve, const Axis& x, const Axis& y,
                std::size_t number) {
  const auto add = std::back_inserter(out);
  const char* colour = kColours[number % kColours.size()];
  std::string line;
  for (const Point& point : curve) {
    line += fmt::format("{:.1f},{:.1f} ", x.at(point.x), y.at(point.y.median));
    fmt::format_to(add, "<line x1='{0:.1f}' x2='{0:.1f}' y1='{1:.1f}' y2='{2:.1f}' stroke='{3}'/>\n",
                   x.at(point.x), y.at(point.y.least), y.at(point.y.most), colour);
    fmt::format_to(add, "<circle cx='{:.1f}' cy='{:.1f}' r='4' fill='{}'/>\n", x.at(point.x),
                   y.at(point.y.median), colour);
  }
  fmt::format_to(add, "<polyline points='{}' fill='none' stroke='{}' stroke-width='2'/>\n", line, colour);
  const double label_y = kTop + 16 + 20 * static_cast<double>(number);
  fmt::format_to(add, "<rect x='{}' y='{:.1f}' width='14' height='4' fill='{}'/>\n", kWidth - kRight + 14,
                 label_y - 6, colour);
  fmt::format_to(add, "<text x='{}' y='{:.1f}'>{}</text>\n", kWidth - kRight + 34, label_y,
                 curve.front().from->series);
}

}  // namespace

std::string svg(const Experiment& experiment) {
  const std::vector<Point> points = points_of(experiment);
  std::string out = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{1}' viewBox='0 0 {0} {1}' "
      "font-family='sans-serif' font-size='12'>\n<style>.grid{{stroke:#ddd}}</style>\n"
      "<rect width='100%' height='100%' fill='white'/>\n",
      kWidth, kHeight);
  if (!points.empty()) {
    double low_x = std::numeric_limits<double>::max();
    double high_x = 0;
    double low_y = std::numeric_limits<double>::max();
    double high_y = 0;
    std::vector<std::string> series;
    for (const Point& point : points) {
      low_x = std::min(low_x, point.x);
      high_x = std::max(high_x, point.x);
      low_y = std::min(low_y, point.y.least > 0 ? point.y.least : point.y.median);
      high_y = std::max(high_y, point.y.most);
      if (std::find(series.begin(), series.end(), point.from->series) == series.end())
        series.push_back(point.from->series);
    }
    const Axis x(low_x, high_x, kLeft, kWidth - kRight);
    const Axis y(low_y, high_y, kHeight - kBottom, kTop);
    draw_axes(out, experiment, x, y);
    for (std::size_t i = 0; i < series.size(); ++i) {
      std::vector<Point> curve;
      for (const Point& point : points) {
        if (point.from->series == series[i]) curve.push_back(point);
      }
      draw_curve(out, curve, x, y, i);
    }
  }
  return out + "</svg>\n";
}

}  // namespace towfish::bench
