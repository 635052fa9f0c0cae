#pragma once

#include <span>
#include <vector>

namespace towfish::evaluation {

/// One observation of a logistic regression.
struct Observation {
  std::vector<double> inputs;
  double known = 0;  ///< Added to the log odds as it is.
  double weight = 1;
  bool positive = false;
};

/// Log odds = intercept + sum of coefficient x input + known.
struct LogisticModel {
  double intercept = 0;
  std::vector<double> coefficients;
};

/// Maximum likelihood with a small ridge (Newton's method: iteratively reweighted least squares). With
/// `non_negative` coefficients that would be negative are held at 0.
LogisticModel fit_logistic(std::span<const Observation> observations, bool non_negative);

}  // namespace towfish::evaluation
