#include "pipeline/fusion/combine.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace towfish {

namespace {

using Looks = std::span<const Look>;

/// The inverse of a covariance.
struct Information {
  double east2 = 0;
  double north2 = 0;
  double east_north = 0;

  void add(const Covariance& c) {
    const double determinant = c.east2 * c.north2 - c.east_north * c.east_north;
    east2 += c.north2 / determinant;
    north2 += c.east2 / determinant;
    east_north -= c.east_north / determinant;
  }
  [[nodiscard]] Covariance inverse() const {
    const double determinant = east2 * north2 - east_north * east_north;
    return {north2 / determinant, east2 / determinant, -east_north / determinant};
  }
};

void combine_positions(Contact& contact, Looks looks) {
  Information sum;
  double east = 0;
  double north = 0;
  const Look* origin = nullptr;
  std::size_t placed = 0;
  for (const Look& look : looks) {
    if (!look.has_position()) continue;
    ++placed;
    if (origin == nullptr) origin = &look;
    Information own;
    own.add(look.covariance);
    sum.add(look.covariance);
    if (&look == origin) continue;
    const auto from_origin = LocalPlane(origin->position).to_local(look.position);
    east += own.east2 * from_origin.east_m + own.east_north * from_origin.north_m;
    north += own.east_north * from_origin.east_m + own.north2 * from_origin.north_m;
  }
  if (origin == nullptr) return;
  contact.position = origin->position;
  contact.covariance = origin->covariance;
  if (placed > 1) {
    contact.covariance = sum.inverse();
    const Covariance& c = contact.covariance;
    contact.position =
        LocalPlane(origin->position)
            .to_position({c.east2 * east + c.east_north * north, c.east_north * east + c.north2 * north});
  }
  contact.error = error_ellipse(contact.covariance);
}

void combine_scores(Contact& contact, Looks looks, const ResightingSettings& settings) {
  double llr = contact.miss_llr;
  double milco = 0;
  double nombo = 0;
  contact.extended = false;
  for (const Look& look : looks) {
    llr += std::min(look.llr, settings.look_llr_max);
    contact.extended = contact.extended || look.extended;
    const double weight = std::max(look.llr, 0.1F);
    if (look.contact_class == ContactClass::milco) milco += weight;
    if (look.contact_class == ContactClass::nombo) nombo += weight;
  }
  contact.llr = static_cast<float>(llr);
  const double prior = settings.prior;
  contact.confidence = static_cast<float>(1 / (1 + std::exp(-llr - std::log(prior / (1 - prior)))));
  if (contact.extended || nombo > milco) {
    contact.contact_class = ContactClass::nombo;
  } else {
    contact.contact_class = milco > 0 ? ContactClass::milco : ContactClass::milec;
  }
}

float combine_size(const Contact& contact, Looks looks, float Look::*size) {
  if (looks.size() == 1) return std::isfinite(looks.front().*size) ? looks.front().*size : kUnknown;
  std::vector<float> known;
  for (const Look& look : looks) {
    if (std::isfinite(look.*size)) known.push_back(look.*size);
  }
  if (known.empty()) return kUnknown;
  std::ranges::sort(known);
  if (contact.extended) return known.back();
  const std::size_t middle = known.size() / 2;
  return known.size() % 2 == 1 ? known[middle] : (known[middle - 1] + known[middle]) / 2;
}

}  // namespace

void combine(Looks looks, const ResightingSettings& settings, Contact& contact) {
  contact.position = kNoPosition;
  contact.covariance = {};
  contact.error = {};
  combine_positions(contact, looks);
  combine_scores(contact, looks, settings);
  contact.length_m = combine_size(contact, looks, &Look::length_m);
  contact.width_m = combine_size(contact, looks, &Look::width_m);
  contact.height_m = combine_size(contact, looks, &Look::height_m);
  contact.best = *std::ranges::max_element(looks, {}, &Look::llr);
  contact.looks.clear();
  for (const Look& look : looks) contact.looks.push_back(look.id);
}

}  // namespace towfish
