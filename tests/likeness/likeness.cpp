#include "tests/likeness/likeness.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>

namespace towfish::likeness {
namespace {

constexpr int kBackgroundPings = 31;
constexpr int kBackgroundSamples = 63;

/// First sample of each ping behind which the bottom lies: where the mean over some pings and samples first
/// rises past a third of the trace's own mean.
std::vector<int> bottom_of(const cv::Mat1f& amplitudes) {
  cv::Mat1f smooth;
  cv::blur(amplitudes, smooth, {9, 9});
  std::vector<int> bottom;
  for (int ping = 0; ping < smooth.rows; ++ping) {
    const float* row = smooth[ping];
    const float level = static_cast<float>(cv::mean(smooth.row(ping))[0]) / 3;
    int last = smooth.cols / 40;  // behind the transmit pulse
    while (last < smooth.cols - 1 && row[last] < level) ++last;
    bottom.push_back(last);
  }
  return bottom;
}

double mean_of(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double spread_of(const std::vector<float>& values) {
  const double mean = mean_of(values);
  double power = 0;
  for (const float value : values) power += (value - mean) * (value - mean);
  return std::sqrt(power / static_cast<double>(values.size())) / mean;
}

/// Median background, brightest and darkest 5 x 5 box about one object.
Contrast contrast_at(const cv::Mat1f& amplitudes, const Mark& mark) {
  const int ping = static_cast<int>(mark.ping);
  const int sample = static_cast<int>(mark.sample);
  const cv::Rect whole({}, amplitudes.size());
  const cv::Rect about = cv::Rect(sample - 80, ping - 25, 160, 50) & whole;
  std::vector<float> around = amplitudes(about).clone().reshape(0, 1);
  std::nth_element(around.begin(), around.begin() + static_cast<std::ptrdiff_t>(around.size() / 2),
                   around.end());
  const double background = around[around.size() / 2];
  cv::Mat1f boxes;
  cv::blur(amplitudes, boxes, {5, 3});
  double bright = 0;
  double dark = 0;
  cv::minMaxLoc(boxes(cv::Rect(sample - 20, ping - 6, 24, 13) & whole), nullptr, &bright);
  cv::minMaxLoc(boxes(cv::Rect(sample, ping - 6, 45, 13) & whole), &dark, nullptr);
  return {bright / background, dark / background};
}

}  // namespace

Waterfall::Waterfall(PingSource& source, Side side, std::size_t first, std::size_t pings) {
  source.seek(first);
  std::vector<std::uint16_t> trace;
  while (static_cast<std::size_t>(amplitudes_.rows) < pings) {
    const PingPair* pair = source.next();
    if (pair == nullptr) break;
    const TraceGeometry& geometry = pair->geometry[index(side)];
    if (geometry.samples == 0 ||
        (amplitudes_.rows > 0 && static_cast<int>(geometry.samples) != amplitudes_.cols))
      continue;
    trace.resize(geometry.samples);
    source.read_trace(side, trace);
    cv::Mat1f row(1, static_cast<int>(geometry.samples));
    std::copy(trace.begin(), trace.end(), row.begin());
    amplitudes_.push_back(row);
  }
  cv::Mat1f background;
  cv::blur(amplitudes_, background, {kBackgroundSamples, kBackgroundPings});
  conditioned_ = amplitudes_ / (background + 1e-6F);
  for (const int bottom : bottom_of(amplitudes_)) first_sample_.push_back(bottom + kBackgroundSamples);
}

std::vector<float> Waterfall::band(double from, double to) const {
  std::vector<float> values;
  for (int ping = 0; ping < conditioned_.rows; ++ping) {
    const int first =
        std::max(first_sample_[static_cast<std::size_t>(ping)], static_cast<int>(from * conditioned_.cols));
    const int last =
        std::min(static_cast<int>(to * conditioned_.cols), conditioned_.cols - kBackgroundSamples / 2);
    for (int i = first; i < last; ++i) values.push_back(conditioned_(ping, i));
  }
  return values;
}

double Waterfall::spread(double from, double to) const {
  const auto values = band(from, to);
  return values.size() < 500 ? std::nan("") : spread_of(values);
}

double Waterfall::correlation(int lag_pings, int lag_samples) const {
  double product = 0;
  double power = 0;
  for (int ping = 0; ping + lag_pings < conditioned_.rows; ++ping) {
    const int first = std::max(first_sample_[static_cast<std::size_t>(ping)],
                               first_sample_[static_cast<std::size_t>(ping + lag_pings)]);
    for (int i = first; i + lag_samples < conditioned_.cols - kBackgroundSamples / 2; ++i) {
      const double a = conditioned_(ping, i) - 1;
      const double b = conditioned_(ping + lag_pings, i + lag_samples) - 1;
      product += a * b;
      power += 0.5 * (a * a + b * b);
    }
  }
  return product / power;
}

std::vector<double> Waterfall::histogram() const {
  std::vector<double> bins(60);
  const auto values = band(0, 1);
  for (const float value : values) {
    bins[std::min(static_cast<std::size_t>(std::max(value, 0.0F) * 15), bins.size() - 1)] +=
        1.0 / static_cast<double>(values.size());
  }
  return bins;
}

Contrast Waterfall::contrast(const std::vector<Mark>& marks) const {
  std::vector<double> highlights;
  std::vector<double> shadows;
  for (const Mark& mark : marks) {
    if (mark.ping < 6 || mark.ping + 6 >= static_cast<std::size_t>(amplitudes_.rows) || mark.sample < 24 ||
        mark.sample + 45 >= static_cast<std::size_t>(amplitudes_.cols)) {
      continue;
    }
    const Contrast one = contrast_at(amplitudes_, mark);
    highlights.push_back(one.highlight);
    shadows.push_back(one.shadow);
  }
  if (highlights.empty()) return {std::nan(""), std::nan("")};
  const auto median = [](std::vector<double>& values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                     values.end());
    return values[values.size() / 2];
  };
  return {median(highlights), median(shadows)};
}

double hellinger(const std::vector<double>& a, const std::vector<double>& b) {
  double overlap = 0;
  for (std::size_t i = 0; i < a.size(); ++i) overlap += std::sqrt(a[i] * b[i]);
  return std::sqrt(std::max(0.0, 1 - overlap));
}

}  // namespace towfish::likeness
