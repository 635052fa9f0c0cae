#include "pipeline/fusion/resighting.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "pipeline/fusion/assignment.hpp"

namespace towfish {

namespace {

double squared_mahalanobis(const Look& look, const LocalPlane& around_look, const Contact& contact) {
  const auto offset = around_look.to_local(contact.position);
  const double east2 = look.covariance.east2 + contact.covariance.east2;
  const double north2 = look.covariance.north2 + contact.covariance.north2;
  const double cross = look.covariance.east_north + contact.covariance.east_north;
  return (north2 * offset.east_m * offset.east_m - 2 * cross * offset.east_m * offset.north_m +
          east2 * offset.north_m * offset.north_m) /
         (east2 * north2 - cross * cross);
}

/// What speaks against a thing's being there to be seen again, on the scale of a squared distance: twice the
/// negative logarithm of the probability that it is an object.
double doubt(const Look& look) {
  return 2 * std::log1p(std::exp(-static_cast<double>(look.llr)));
}

}  // namespace

Resighting::Resighting(const ResightingSettings& settings)
    : gate_(-2 * std::log1p(-static_cast<double>(settings.gate_probability))) {}

std::uint64_t Resighting::decide(Side side, std::uint64_t last_ping, ContactBook& book) {
  auto& waiting = undecided_[index(side)];
  std::erase_if(waiting, [&](std::uint64_t id) { return !book.has_look(id) && fresh_.erase(id) == 1; });
  const auto later = std::ranges::stable_partition(
      waiting, [&](std::uint64_t id) { return book.look(id).last_ping <= last_ping; });
  std::vector<std::uint64_t> ready(waiting.begin(), later.begin());
  waiting.erase(waiting.begin(), later.begin());

  std::uint64_t seen_before = 0;
  while (!ready.empty()) {
    const std::uint32_t pass = book.look(ready.front()).pass;
    const auto others =
        std::ranges::stable_partition(ready, [&](std::uint64_t id) { return book.look(id).pass == pass; });
    seen_before += decide_pass({ready.begin(), others.begin()}, book);
    for (auto look = ready.begin(); look != others.begin(); ++look) {
      fresh_.erase(*look);
      book.count_again(*look);
    }
    ready.erase(ready.begin(), others.begin());
  }
  return seen_before;
}

std::optional<std::uint64_t> Resighting::first_undecided(const ContactBook& book) const {
  std::optional<std::uint64_t> first;
  for (const auto& waiting : undecided_) {
    for (const std::uint64_t id : waiting) {
      if (!book.has_look(id)) continue;
      const std::uint64_t last_ping = book.look(id).last_ping;
      first = std::min(first.value_or(last_ping), last_ping);
    }
  }
  return first;
}

std::uint64_t Resighting::decide_pass(const std::vector<std::uint64_t>& looks, ContactBook& book) const {
  std::uint64_t seen_before = 0;
  std::vector<std::uint64_t> rows;
  std::vector<Candidate> candidates;
  for (const std::uint64_t id : looks) {
    const Look& look = book.look(id);
    if (!look.has_position()) continue;
    const std::size_t row = rows.size();
    rows.push_back(id);
    // A contact is known no worse than by a single look, so this look's error on both sides bounds the gate.
    const double radius = std::sqrt(2 * gate_ * principal_variances(look.covariance).major);
    const LocalPlane around_look(look.position);
    const double look_doubt = doubt(look);
    for (const BookedContact* booked : book.near(look.position, radius)) {
      const Contact& contact = booked->contact;
      if (booked->seen_in(look.pass)) continue;
      const double apart = squared_mahalanobis(look, around_look, contact);
      if (!(apart < gate_)) continue;
      const double cost = apart + look_doubt + doubt(contact.best);
      if (!(cost < gate_) || fresh_.contains(contact.looks.front())) continue;
      candidates.push_back({row, static_cast<std::size_t>(contact.id), cost});
    }
  }
  const auto match = assign(rows.size(), std::move(candidates), gate_);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (match[row] == kUnassigned) continue;
    book.move(rows[row], match[row]);
    ++seen_before;
  }
  return seen_before;
}

}  // namespace towfish
