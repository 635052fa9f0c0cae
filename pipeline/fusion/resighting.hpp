#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "pipeline/fusion/contact_book.hpp"
#include "pipeline/fusion/fusion_settings.hpp"

namespace towfish {

/// Finds out which looks show a contact that an earlier pass, or the other side, has seen already.
///
/// Looks of one side and pass are matched together, each contact with one look at most, so that the sum of
/// the squared Mahalanobis distances and of both sides' doubts is least (assignment.hpp); the covariance is
/// that of the look plus that of the contact, and the gate is the chi-square quantile of two degrees of
/// freedom. Doubt is -2 ln of the probability of an object: where a faint echo lies beside an object, the
/// looks at the object find each other. Two looks of one pass are never one contact. A look is matched with
/// contacts that were decided on before, never with one that is still waiting itself.
class Resighting {
 public:
  explicit Resighting(const ResightingSettings& settings);

  /// A look has been added to the book.
  void begin(const Look& look) {
    undecided_[index(look.side)].push_back(look.id);
    fresh_.insert(look.id);
  }
  /// Decides on the undecided looks of `side` whose last ping is at most `last_ping`. Returns how many were
  /// seen before.
  std::uint64_t decide(Side side, std::uint64_t last_ping, ContactBook& book);
  /// The least last ping of all undecided looks.
  [[nodiscard]] std::optional<std::uint64_t> first_undecided(const ContactBook& book) const;
  [[nodiscard]] const std::vector<std::uint64_t>& undecided(Side side) const noexcept {
    return undecided_[index(side)];
  }

 private:
  std::uint64_t decide_pass(const std::vector<std::uint64_t>& looks, ContactBook& book) const;

  double gate_;  ///< Squared Mahalanobis distance.
  std::array<std::vector<std::uint64_t>, 2> undecided_;
  std::unordered_set<std::uint64_t> fresh_;  ///< All of them; each is a contact by itself.
};

}  // namespace towfish
