#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/sonar/contact.hpp"

namespace towfish {

/// What several looks at one thing, and passes that did not see it, say together.
///
/// Position: mean weighted by the inverse covariances. Score: the sum of the log-likelihood ratios
/// of n looks over 1 + (n - 1) correlation, which is the ratio of n normal scores with the same correlation
/// between any two; what misses say; and of two known heights or more what their median says, for a stone is
/// there again on every pass, but lower than a mine. Confidence is the posterior with the prior of the
/// settings. Class: the one with the larger sum of scores, MILCO if equal; NOMBO if any look is extended.
/// Sizes: medians; of extended contacts the largest. One look more costs the same however many there are.
class Combination {
 public:
  /// The next look, in order of id; `contact` gets it among its looks, and as its best if it is.
  void add(const Look& look, const ResightingSettings& settings, Contact& contact);
  /// Forgets all looks.
  void clear(Contact& contact);
  /// `contact` brings its id, its looks and its misses, and gets all the rest.
  void conclude(const ResightingSettings& settings, Contact& contact) const;

 private:
  using Sizes = boost::container::small_vector<float, 4>;  ///< Few contacts are seen more often.
  /// The inverse of a covariance.
  struct Information {
    double east2 = 0;
    double north2 = 0;
    double east_north = 0;
    void add(const Covariance& covariance);
    [[nodiscard]] Covariance inverse() const;
  };
  void add_position(const Look& look);
  static void insert_known(Sizes& sizes, float size);
  [[nodiscard]] static float size_of(const Sizes& known, bool extended);

  std::size_t placed_ = 0;
  Position origin_ = kNoPosition;  ///< Of the first look that has a position,
  Covariance first_covariance_;    ///< with its covariance.
  Information information_;
  double east_ = 0;  ///< Sums of the offsets from there, weighted.
  double north_ = 0;
  double llr_ = 0;
  double milco_ = 0;
  double nombo_ = 0;
  bool extended_ = false;
  Sizes lengths_m_;  ///< Those known, ascending.
  Sizes widths_m_;
  Sizes heights_m_;
};

/// The same at once. `contact` brings its id and its misses, and gets all the rest.
void combine(std::span<const Look> looks, const ResightingSettings& settings, Contact& contact);

}  // namespace towfish
