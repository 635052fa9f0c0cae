#pragma once

#include <cstddef>
#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/sonar/ping_source.hpp"

/// How alike two waterfalls are: the same numbers from each.
namespace towfish::likeness {

/// Where an object's shadow begins.
struct Mark {
  std::size_t ping = 0;  ///< Row of the waterfall.
  std::size_t sample = 0;
};

/// Amplitudes of highlight and shadow over the background's median; the median over several objects.
struct Contrast {
  double highlight = 0;
  double shadow = 0;
};

/// Pings of one side with the same conditioning whatever their source: each amplitude over the mean of the 31
/// pings x 63 samples about it. Statistics leave out the water column and the first 63 samples behind it.
class Waterfall {
 public:
  Waterfall(PingSource& source, Side side, std::size_t first, std::size_t pings);

  /// Standard deviation over mean between these fractions of the range; NaN where there is no bottom.
  [[nodiscard]] double spread(double from, double to) const;
  [[nodiscard]] double correlation(int lag_pings, int lag_samples) const;
  /// Shares of 60 bins from 0 to 4 times the background.
  [[nodiscard]] std::vector<double> histogram() const;
  /// Median over the marks that do not lie at an edge.
  [[nodiscard]] Contrast contrast(const std::vector<Mark>& marks) const;
  [[nodiscard]] const cv::Mat1f& amplitudes() const noexcept { return amplitudes_; }

 private:
  [[nodiscard]] std::vector<float> band(double from, double to) const;

  cv::Mat1f amplitudes_;
  cv::Mat1f conditioned_;
  std::vector<int> first_sample_;
};

/// Hellinger distance of two histograms: 0 the same, 1 nothing in common.
double hellinger(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace towfish::likeness
