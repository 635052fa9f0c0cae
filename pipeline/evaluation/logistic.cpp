#include "pipeline/evaluation/logistic.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

namespace towfish::evaluation {

namespace {

constexpr int kMostSteps = 60;
constexpr double kSettled = 1e-9;
constexpr double kRidge = 1e-3;  // of an observation: decides where the data do not (separable, collinear)
constexpr double kLongestStep = 4;

/// Fits the intercept and the coefficients named in `active`.
std::vector<double> newton(std::span<const Observation> observations,
                           const std::vector<std::size_t>& active) {
  const int n = static_cast<int>(active.size()) + 1;
  cv::Mat1d beta(n, 1, 0.0);
  for (int step = 0; step < kMostSteps; ++step) {
    cv::Mat1d hessian(n, n, 0.0);
    cv::Mat1d gradient(n, 1, 0.0);
    for (int i = 1; i < n; ++i) {
      hessian(i, i) = kRidge;
      gradient(i) = -kRidge * beta(i);
    }
    cv::Mat1d x(n, 1);
    for (const Observation& one : observations) {
      x(0) = 1;
      for (int i = 1; i < n; ++i) x(i) = one.inputs[active[static_cast<std::size_t>(i - 1)]];
      const double p = 1 / (1 + std::exp(-(one.known + beta.dot(x))));
      const double curve = one.weight * std::max(p * (1 - p), 1e-12);
      for (int i = 0; i < n; ++i) {
        gradient(i) += one.weight * ((one.positive ? 1.0 : 0.0) - p) * x(i);
        for (int j = 0; j < n; ++j) hessian(i, j) += curve * x(i) * x(j);
      }
    }
    cv::Mat1d change;
    cv::solve(hessian, gradient, change, cv::DECOMP_SVD);
    const double length = cv::norm(change, cv::NORM_INF);
    if (length > kLongestStep) change *= kLongestStep / length;
    beta += change;
    if (length < kSettled) break;
  }
  return {beta.begin(), beta.end()};
}

}  // namespace

LogisticModel fit_logistic(std::span<const Observation> observations, bool non_negative) {
  LogisticModel model;
  if (observations.empty()) return model;
  model.coefficients.assign(observations.front().inputs.size(), 0.0);
  std::vector<std::size_t> active(model.coefficients.size());
  for (std::size_t i = 0; i < active.size(); ++i) active[i] = i;
  for (;;) {
    const auto beta = newton(observations, active);
    const auto lowest = std::min_element(beta.begin() + 1, beta.end());
    if (!non_negative || lowest == beta.end() || *lowest >= 0) {
      model.intercept = beta[0];
      for (std::size_t i = 0; i < active.size(); ++i) model.coefficients[active[i]] = beta[i + 1];
      return model;
    }
    active.erase(active.begin() + (lowest - beta.begin() - 1));
  }
}

}  // namespace towfish::evaluation
