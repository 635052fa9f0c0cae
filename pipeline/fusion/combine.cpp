#include "pipeline/fusion/combine.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {

namespace {

// What a height that several looks agree on says. One shadow may be cut or end in another, so a look by
// itself was judged with care; their median is hardly ever wrong. The least is what the heights of things
// afloat allow, whose shadows lie elsewhere: one mine in eight.
constexpr double kHeightGain = 6;  // nats a factor e
constexpr double kEvenHeightM = 0.2;
constexpr double kMostHeightCost = 2.5;
constexpr double kMostHeightWorth = 5;

double llr_of_height(float height_m) {
  if (!(height_m > 0)) return 0;
  return std::clamp(kHeightGain * std::log(height_m / kEvenHeightM), -kMostHeightCost, kMostHeightWorth);
}

}  // namespace

void Combination::Information::add(const Covariance& c) {
  const double determinant = c.east2 * c.north2 - c.east_north * c.east_north;
  east2 += c.north2 / determinant;
  north2 += c.east2 / determinant;
  east_north -= c.east_north / determinant;
}

Covariance Combination::Information::inverse() const {
  const double determinant = east2 * north2 - east_north * east_north;
  return {north2 / determinant, east2 / determinant, -east_north / determinant};
}

float Combination::size_of(const Sizes& known, bool extended) {
  if (known.empty()) return kUnknown;
  if (extended) return known.back();
  const std::size_t middle = known.size() / 2;
  return known.size() % 2 == 1 ? known[middle] : (known[middle - 1] + known[middle]) / 2;
}

void Combination::insert_known(Sizes& sizes, float size) {
  if (std::isfinite(size)) sizes.insert(std::ranges::upper_bound(sizes, size), size);
}

void Combination::add_position(const Look& look) {
  information_.add(look.covariance);
  if (++placed_ == 1) {
    origin_ = look.position;
    first_covariance_ = look.covariance;
    return;
  }
  Information own;
  own.add(look.covariance);
  const auto from_origin = LocalPlane(origin_).to_local(look.position);
  east_ += own.east2 * from_origin.east_m + own.east_north * from_origin.north_m;
  north_ += own.east_north * from_origin.east_m + own.north2 * from_origin.north_m;
}

void Combination::add(const Look& look, const ResightingSettings& settings, Contact& contact) {
  if (look.has_position()) add_position(look);
  llr_ += std::min(look.llr, settings.look_llr_max);
  extended_ = extended_ || look.extended;
  const double weight = std::max(look.llr, 0.1F);
  if (look.contact_class == ContactClass::milco) milco_ += weight;
  if (look.contact_class == ContactClass::nombo) nombo_ += weight;
  insert_known(lengths_m_, look.length_m);
  insert_known(widths_m_, look.width_m);
  insert_known(heights_m_, look.height_m);
  if (contact.looks.empty() || look.llr > contact.best.llr) contact.best = look;
  contact.looks.push_back(look.id);
}

void Combination::clear(Contact& contact) {
  *this = {};
  contact.looks.clear();
}

void Combination::conclude(const ResightingSettings& settings, Contact& contact) const {
  contact.position = origin_;
  contact.covariance = first_covariance_;
  contact.error = {};
  if (placed_ > 1) {
    contact.covariance = information_.inverse();
    const Covariance& c = contact.covariance;
    contact.position = LocalPlane(origin_).to_position(
        {c.east2 * east_ + c.east_north * north_, c.east_north * east_ + c.north2 * north_});
  }
  if (placed_ > 0) contact.error = error_ellipse(contact.covariance);

  contact.height_m = size_of(heights_m_, extended_);
  const bool height_agreed = heights_m_.size() > 1 && !extended_;
  const double shared = 1 + settings.look_correlation * (static_cast<double>(contact.looks.size()) - 1);
  const double llr = llr_ / shared + contact.miss_llr + (height_agreed ? llr_of_height(contact.height_m) : 0);
  contact.llr = static_cast<float>(llr);
  const double prior = settings.prior;
  contact.confidence = static_cast<float>(1 / (1 + std::exp(-llr - std::log(prior / (1 - prior)))));
  contact.extended = extended_;
  if (extended_ || nombo_ > milco_) {
    contact.contact_class = ContactClass::nombo;
  } else {
    contact.contact_class = milco_ > 0 ? ContactClass::milco : ContactClass::milec;
  }
  contact.length_m = size_of(lengths_m_, extended_);
  contact.width_m = size_of(widths_m_, extended_);
}

void combine(std::span<const Look> looks, const ResightingSettings& settings, Contact& contact) {
  Combination all;
  all.clear(contact);
  for (const Look& look : looks) all.add(look, settings, contact);
  all.conclude(settings, contact);
}

}  // namespace towfish
