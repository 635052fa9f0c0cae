#include "pipeline/fusion/coverage.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cmath>
#include <limits>
#include <numbers>

namespace towfish {

namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kCellM = 64;
constexpr double kLongestM = 50;
constexpr double kStraightDeg = 3;
constexpr double kSameAltitude = 0.2;
constexpr std::int64_t kBias = std::int64_t{1} << 31;
constexpr double kLongestRangeM = 5000;
constexpr double kLongestStepM = 1000;

std::int64_t cell_index(double metres) noexcept {
  return static_cast<std::int64_t>(std::floor(metres / kCellM));
}

std::uint64_t cell_key(std::int64_t column, std::int64_t row) noexcept {
  return static_cast<std::uint64_t>(column + kBias) << 32 | static_cast<std::uint64_t>(row + kBias);
}

PlanePoint moved(PlanePoint from, double bearing_deg, double metres) noexcept {
  return {from.east_m + metres * std::sin(bearing_deg * kRadians),
          from.north_m + metres * std::cos(bearing_deg * kRadians)};
}

double cross(PlanePoint a, PlanePoint b, PlanePoint c) noexcept {
  return (b.east_m - a.east_m) * (c.north_m - a.north_m) - (b.north_m - a.north_m) * (c.east_m - a.east_m);
}

double distance(PlanePoint a, PlanePoint b) noexcept {
  return std::hypot(a.east_m - b.east_m, a.north_m - b.north_m);
}

struct Box {
  double west, east, south, north;
};

Box box_of(const Quad& quad) noexcept {
  Box box{quad[0].east_m, quad[0].east_m, quad[0].north_m, quad[0].north_m};
  for (const PlanePoint p : quad) {
    box = {std::min(box.west, p.east_m), std::max(box.east, p.east_m), std::min(box.south, p.north_m),
           std::max(box.north, p.north_m)};
  }
  return box;
}

/// Whether no frame is missing between the two.
bool follows(const Stretch& a, const Stretch& b) noexcept {
  return b.first_sequence - a.last_sequence <= 1;
}

}  // namespace

bool contains(const Quad& quad, PlanePoint point) noexcept {
  bool left = false;
  bool right = false;
  for (std::size_t i = 0; i < quad.size(); ++i) {
    const double turn = cross(quad[i], quad[(i + 1) % quad.size()], point);
    left = left || turn > 0;
    right = right || turn < 0;
  }
  return !(left && right);
}

double area_m2(const Quad& quad) noexcept {
  return std::abs(cross(quad[0], quad[1], quad[2]) + cross(quad[0], quad[2], quad[3])) / 2;
}

Quad Stretch::band(double near_m, double far) const noexcept {
  const double from_begin = look_bearing_deg(begin_heading_deg, side);
  const double from_end = look_bearing_deg(end_heading_deg, side);
  return {moved(begin, from_begin, near_m), moved(begin, from_begin, far), moved(end, from_end, far),
          moved(end, from_end, near_m)};
}

Stretch Coverage::stretch_of(const TrackStep& step, const Fix& first, const Fix& last) const {
  Stretch stretch;
  stretch.first_sequence = step.first_sequence;
  stretch.last_sequence = step.last_sequence;
  stretch.last_ping = step.last.number;
  stretch.begin = plane_->to_local(first.position);
  stretch.end = plane_->to_local(last.position);
  stretch.begin_heading_deg = first.heading_deg;
  stretch.end_heading_deg = last.heading_deg;
  const double range = step.geometry.range_m();
  const double altitude = step.last.altitude_m;
  const bool known = altitude > 0 && altitude < range;
  const double height = known ? altitude : 0;
  stretch.far_m = std::sqrt(std::max(range * range - height * height, 0.0));
  stretch.nadir_m = std::min(settings_.nadir * height, stretch.far_m);
  stretch.good_near_m = std::min(settings_.good_near * height, stretch.far_m);
  stretch.good_far_m = std::max(settings_.good_far * stretch.far_m, stretch.good_near_m);
  stretch.good =
      known && altitude >= settings_.altitude_min * range && altitude <= settings_.altitude_max * range;
  stretch.quarantined = step.quarantined;
  return stretch;
}

bool Coverage::continues(const Stretch& open, const Stretch& next) const noexcept {
  const auto turned = [&](double heading) {
    return std::abs(std::remainder(heading - open.begin_heading_deg, 360.0)) > kStraightDeg;
  };
  return open.pass == next.pass && follows(open, next) && open.good == next.good &&
         open.quarantined == next.quarantined &&
         std::abs(next.nadir_m - open.nadir_m) <= kSameAltitude * open.nadir_m &&
         std::abs(next.far_m - open.far_m) <= 1 && !turned(next.begin_heading_deg) &&
         !turned(next.end_heading_deg) && distance(open.begin, next.end) <= kLongestM;
}

void Coverage::take(Side side, const TrackStep& step, std::uint32_t pass, const Fix& first, const Fix& last) {
  auto& open = open_[index(side)];
  const float range = step.geometry.range_m();
  const bool usable = first.complete() && last.complete() && range > 0 && range <= kLongestRangeM &&
                      LocalPlane(first.position).distance_m(last.position) <= kLongestStepM;
  if (!usable) {
    if (open) index_stretch(*open);
    open.reset();
    return;
  }
  if (!plane_) plane_.emplace(first.position);
  Stretch next = stretch_of(step, first, last);
  next.pass = pass;
  next.side = side;
  if (open && continues(stretches_[*open], next)) {
    Stretch& grown = stretches_[*open];
    grown.end = next.end;
    grown.end_heading_deg = next.end_heading_deg;
    grown.last_sequence = next.last_sequence;
    grown.last_ping = next.last_ping;
    good_bands_[*open] = good_band(grown);
    return;
  }
  if (open) {
    // No seam where no frame is missing.
    const Stretch& before = stretches_[*open];
    index_stretch(*open);
    if (follows(before, next) && before.pass == pass && distance(before.end, next.begin) < kLongestM) {
      next.begin = before.end;
      next.begin_heading_deg = before.end_heading_deg;
    }
  }
  open = stretches_.size();
  stretches_.push_back(next);
  good_bands_.push_back(good_band(next));
}

Coverage::GoodBand Coverage::good_band(const Stretch& stretch) noexcept {
  if (!stretch.good || stretch.quarantined) return {};
  const Quad quad = stretch.band(stretch.good_near_m, stretch.good_far_m);
  const Box box = box_of(quad);
  return {box.west, box.east, box.south, box.north, stretch.last_ping, stretch.pass, quad};
}

void Coverage::index_stretch(std::size_t number) {
  const Stretch& stretch = stretches_[number];
  const Box box = box_of(stretch.band(0, stretch.far_m));
  const auto first_column = cell_index(box.west);
  const auto last_column = cell_index(box.east);
  const auto first_row = cell_index(box.south);
  const auto last_row = cell_index(box.north);
  for (auto row = first_row; row <= last_row; ++row) {
    for (auto column = first_column; column <= last_column; ++column) {
      cells_[cell_key(column, row)].push_back(static_cast<std::uint32_t>(number));
    }
  }
}

std::vector<std::uint32_t> Coverage::passes_over(Position place, double margin_m,
                                                 std::uint64_t last_ping) const {
  std::vector<std::uint32_t> passes;
  if (!plane_ || !std::isfinite(place.latitude_deg) || !std::isfinite(margin_m)) return passes;
  const PlanePoint centre = plane_->to_local(place);
  const std::array<PlanePoint, 4> corners{PlanePoint{centre.east_m - margin_m, centre.north_m},
                                          PlanePoint{centre.east_m + margin_m, centre.north_m},
                                          PlanePoint{centre.east_m, centre.north_m - margin_m},
                                          PlanePoint{centre.east_m, centre.north_m + margin_m}};
  constexpr unsigned kAllCorners = 15;
  boost::container::small_vector<std::pair<std::uint32_t, unsigned>, 16> seen;  // Passes, and corners seen.
  const auto look = [&](const GoodBand& band) {
    if (!band.reaches(centre, margin_m) || band.last_ping > last_ping) return;
    unsigned corners_seen = 0;
    for (std::size_t i = 0; i < corners.size(); ++i)
      corners_seen |= contains(band.quad, corners[i]) ? 1U << i : 0U;
    if (corners_seen != 0) seen.emplace_back(band.pass, corners_seen);
  };
  std::array<std::uint64_t, 4> keys{};
  std::size_t distinct = 0;
  for (const PlanePoint& corner : corners) {
    const std::uint64_t key = cell_key(cell_index(corner.east_m), cell_index(corner.north_m));
    if (std::find(keys.begin(), keys.begin() + distinct, key) != keys.begin() + distinct) continue;
    keys[distinct++] = key;
    const auto cell = cells_.find(key);
    if (cell == cells_.end()) continue;
    for (const std::uint32_t number : cell->second) look(good_bands_[number]);
  }
  for (const auto& open : open_) {
    if (open) look(good_bands_[*open]);
  }
  std::ranges::sort(seen);
  for (auto first = seen.begin(); first != seen.end();) {
    unsigned corners_seen = 0;
    const std::uint32_t pass = first->first;
    for (; first != seen.end() && first->first == pass; ++first) corners_seen |= first->second;
    if (corners_seen == kAllCorners) passes.push_back(pass);
  }
  return passes;
}

bool Coverage::reaches(std::size_t stretch, Position place, double margin_m) const {
  return good_bands_[stretch].reaches(plane_->to_local(place), margin_m);
}

std::pair<Position, double> Coverage::surroundings(const Stretch& stretch) const {
  const Quad quad = stretch.band(0, stretch.far_m);
  PlanePoint middle{0, 0};
  for (const PlanePoint corner : quad) {
    middle = {middle.east_m + corner.east_m / 4, middle.north_m + corner.north_m / 4};
  }
  double radius = 0;
  for (const PlanePoint corner : quad) radius = std::max(radius, distance(middle, corner));
  return {plane_->to_position(middle), radius};
}

namespace {

/// Whether the second carries on where the first ends.
bool adjoining(const Stretch& a, const Stretch& b) noexcept {
  return a.pass == b.pass && a.side == b.side && follows(a, b) && a.good == b.good &&
         a.quarantined == b.quarantined;
}

struct Band {
  double near_m;
  double far_m;
  Quality quality;
};

std::vector<Band> bands_of(const Stretch& s) {
  if (s.quarantined) return {};
  if (!s.good) return {{s.nadir_m, s.far_m, Quality::fair}};
  return {{s.nadir_m, s.good_near_m, Quality::fair},
          {s.good_near_m, s.good_far_m, Quality::good},
          {s.good_far_m, s.far_m, Quality::fair}};
}

constexpr std::size_t kLongestOutline = 200;  ///< Stretches in one polygon.

}  // namespace

std::vector<Swath> Coverage::swaths() const {
  std::vector<Swath> swaths;
  for (const Side side : kSides) {
    std::vector<const Stretch*> lane;
    for (const Stretch& s : stretches_) {
      if (s.side == side) lane.push_back(&s);
    }
    for (std::size_t first = 0; first < lane.size();) {
      std::size_t end = first + 1;
      while (end < lane.size() && end - first < kLongestOutline && adjoining(*lane[end - 1], *lane[end]))
        ++end;
      for (std::size_t band = 0; band < bands_of(*lane[first]).size(); ++band) {
        Swath& swath = swaths.emplace_back();
        swath.pass = lane[first]->pass;
        swath.side = side;
        swath.quality = bands_of(*lane[first])[band].quality;
        swath.first_sequence = lane[first]->first_sequence;
        swath.last_sequence = lane[end - 1]->last_sequence;
        std::vector<Position> far_edge;
        for (std::size_t i = first; i < end; ++i) {
          const Band b = bands_of(*lane[i])[band];
          const Quad quad = lane[i]->band(b.near_m, b.far_m);
          swath.area_m2 += area_m2(quad);
          for (const std::size_t corner : {0, 3}) swath.outline.push_back(plane_->to_position(quad[corner]));
          for (const std::size_t corner : {1, 2}) far_edge.push_back(plane_->to_position(quad[corner]));
        }
        swath.outline.insert(swath.outline.end(), far_edge.rbegin(), far_edge.rend());
      }
      first = end;
    }
  }
  return swaths;
}

std::vector<TrackLine> Coverage::track() const {
  std::vector<TrackLine> lines;
  std::uint64_t next_sequence = 0;
  std::uint64_t drawn_to = 0;
  for (const Stretch& s : stretches_) {
    if (!lines.empty() && s.last_ping <= drawn_to) continue;  // The other side of what is drawn already.
    if (lines.empty() || lines.back().pass != s.pass || s.first_sequence > next_sequence) {
      lines.push_back({s.pass, {plane_->to_position(s.begin)}, 0});
    }
    lines.back().points.push_back(plane_->to_position(s.end));
    lines.back().length_m += distance(s.begin, s.end);
    next_sequence = s.last_sequence + 1;
    drawn_to = s.last_ping;
  }
  return lines;
}

}  // namespace towfish
