#include "pipeline/fusion/contact_tiles.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace towfish {

namespace {

constexpr double kRowDeg = 0.0003;  // 33 m.
constexpr double kLeastMetresPerDegree = 110'500;
constexpr double kLeastCosine = 0.02;  ///< Nearer than a degree to a pole, tiles get narrow instead.
constexpr std::int64_t kBias = std::int64_t{1} << 31;

double cosine_of(double latitude_deg) noexcept {
  return std::max(std::cos(latitude_deg * std::numbers::pi / 180), kLeastCosine);
}

ContactTiles::Key key(std::int64_t column, std::int64_t row) noexcept {
  return static_cast<std::uint64_t>(column + kBias) << 32 | static_cast<std::uint64_t>(row + kBias);
}

}  // namespace

double longitude_difference(double from_deg, double to_deg) noexcept {
  const double difference = to_deg - from_deg;
  return std::abs(difference) <= 180 ? difference : std::remainder(difference, 360.0);
}

DegreesAround degrees_around(Position place, double radius_m) noexcept {
  const double latitude = radius_m / kLeastMetresPerDegree;
  return {latitude, latitude / cosine_of(place.latitude_deg)};
}

ContactTiles::Index ContactTiles::index_of(double latitude_deg, double east_deg) const noexcept {
  return {static_cast<std::int64_t>(std::floor(east_deg / column_deg_)),
          static_cast<std::int64_t>(std::floor(latitude_deg / kRowDeg))};
}

ContactTiles::Key ContactTiles::key_of(Position position) {
  if (!std::isfinite(position.latitude_deg) || !std::isfinite(position.longitude_deg)) return kNowhere;
  if (!origin_) {
    origin_ = position;
    column_deg_ = kRowDeg / cosine_of(position.latitude_deg);
  }
  const Index index =
      index_of(position.latitude_deg, longitude_difference(origin_->longitude_deg, position.longitude_deg));
  return key(index.column, index.row);
}

void ContactTiles::enter(Key key, const Member& member) {
  Tile& tile = tiles_[key];
  touch(tile);
  tile.members.push_back(member);
  if (tile.listed) return;
  tile.listed = true;
  resident_.push_back(key);
}

void ContactTiles::leave(Key key, const BookedContact& contact) {
  std::erase_if(tiles_.at(key).members, [&](const Member& member) { return member.contact == &contact; });
}

void ContactTiles::keys_near(Position position, double radius_m, std::vector<Key>& found) const {
  found.clear();
  if (!origin_ || !std::isfinite(position.latitude_deg) || !std::isfinite(position.longitude_deg)) return;
  const DegreesAround reach = degrees_around(position, radius_m);
  const double east = longitude_difference(origin_->longitude_deg, position.longitude_deg);
  const Index first = index_of(position.latitude_deg - reach.latitude, east - reach.longitude);
  const Index last = index_of(position.latitude_deg + reach.latitude, east + reach.longitude);
  const auto inside = [&](Key key) {
    const Index at{static_cast<std::int64_t>(key >> 32) - kBias,
                   static_cast<std::int64_t>(key & 0xFFFFFFFF) - kBias};
    return at.column >= first.column && at.column <= last.column && at.row >= first.row && at.row <= last.row;
  };
  const double wanted =
      static_cast<double>(last.row - first.row + 1) * static_cast<double>(last.column - first.column + 1);
  if (wanted > static_cast<double>(tiles_.size())) {
    for (const auto& [key, tile] : tiles_) {
      if (key != kNowhere && inside(key)) found.push_back(key);
    }
    return;
  }
  for (std::int64_t row = first.row; row <= last.row; ++row) {
    for (std::int64_t column = first.column; column <= last.column; ++column) {
      if (tiles_.contains(key(column, row))) found.push_back(key(column, row));
    }
  }
}

std::vector<ContactTiles::Key> ContactTiles::all_keys() const {
  std::vector<Key> keys;
  keys.reserve(tiles_.size());
  for (const auto& [key, tile] : tiles_) keys.push_back(key);
  std::ranges::sort(keys);
  return keys;
}

const std::vector<ContactTiles::Key>& ContactTiles::resident_by_age() {
  std::erase_if(resident_, [&](Key key) {
    Tile& tile = tiles_.at(key);
    tile.listed = !tile.members.empty();
    return !tile.listed;
  });
  std::ranges::sort(resident_, {}, [&](Key key) { return tiles_.at(key).touched; });
  return resident_;
}

}  // namespace towfish
