#include "pipeline/fusion/seabed_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace towfish {

namespace {

constexpr double kMostCells = 4e6;

std::int32_t floor_div(std::int32_t a, std::int32_t b) noexcept {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

std::uint64_t tile_key(std::int32_t column, std::int32_t row) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(row)) << 32 |
         static_cast<std::uint32_t>(column);
}

/// By exponent, as many as a cell counts.
std::array<double, 256> powers(double base) noexcept {
  std::array<double, 256> all{};
  for (std::size_t exponent = 0; exponent < all.size(); ++exponent)
    all[exponent] = std::pow(base, static_cast<double>(exponent));
  return all;
}

void add_one(std::uint8_t& count) noexcept {
  if (count < 255) ++count;
}

}  // namespace

SeabedMap::SeabedMap(const Coverage& coverage, const FusionSettings& settings)
    : coverage_(coverage), settings_(settings.coverage), pd_good_(settings.resighting.pd_good) {
  const auto& stretches = coverage.stretches();
  choose_cell(stretches);
  for (const Stretch& s : stretches) {
    if (s.quarantined) {
      draw(s.band(0, s.far_m), [](Cell& cell) { cell.lost = true; });
      continue;
    }
    draw(s.band(0, s.nadir_m), [](Cell& cell) { cell.under_track = true; });
    if (!s.good) {
      draw(s.band(s.nadir_m, s.far_m), [](Cell& cell) { add_one(cell.fair); });
      continue;
    }
    draw(s.band(s.nadir_m, s.good_near_m), [](Cell& cell) { add_one(cell.fair); });
    draw(s.band(s.good_near_m, s.good_far_m), [](Cell& cell) { add_one(cell.good); });
    draw(s.band(s.good_far_m, s.far_m), [](Cell& cell) { add_one(cell.fair); });
  }
  hole_cells_ = find_hole_cells();
  draw_gaps(stretches);
}

void SeabedMap::choose_cell(const std::vector<Stretch>& stretches) {
  double area = 0;
  for (const Stretch& s : stretches) area += area_m2(s.band(0, s.far_m));
  cell_m_ = std::max(1.0, std::sqrt(area / kMostCells));
}

/// Only where there are hole cells: elsewhere nobody asks, and a gap may be long.
void SeabedMap::draw_gaps(const std::vector<Stretch>& stretches) {
  for (const Index at : hole_cells_) tiles_[tile_key(floor_div(at.column, kTile), floor_div(at.row, kTile))];
  const auto there = [this](std::int32_t column, std::int32_t row) {
    const auto tile = tiles_.find(tile_key(column, row));
    return tile == tiles_.end() ? nullptr : &tile->second;
  };
  std::array<const Stretch*, 2> before{};
  for (const Stretch& s : stretches) {
    const Stretch* previous = std::exchange(before[index(s.side)], &s);
    if (previous == nullptr || previous->pass != s.pass || previous->last_sequence + 1 >= s.first_sequence)
      continue;
    const Quad from = previous->band(0, previous->far_m);
    const Quad to = s.band(0, s.far_m);
    draw({from[3], from[2], to[1], to[0]}, there, [](Cell& cell) { cell.lost = true; });
  }
}

const SeabedMap::Cell* SeabedMap::find(Index at) const {
  const std::int32_t column = floor_div(at.column, kTile);
  const std::int32_t row = floor_div(at.row, kTile);
  const auto tile = tiles_.find(tile_key(column, row));
  if (tile == tiles_.end()) return nullptr;
  return &tile->second.cells[(at.row - row * kTile) * kTile + (at.column - column * kTile)];
}

template <class Change>
void SeabedMap::draw(const Quad& quad, Change change) {
  draw(
      quad, [this](std::int32_t column, std::int32_t row) { return &tiles_[tile_key(column, row)]; }, change);
}

template <class TileOf, class Change>
void SeabedMap::draw(const Quad& quad, TileOf tile_of, Change change) {
  const auto [south, north] = std::ranges::minmax(quad, {}, &PlanePoint::north_m);
  const auto first_row = static_cast<std::int32_t>(std::ceil(south.north_m / cell_m_ - 0.5));
  const auto last_row = static_cast<std::int32_t>(std::floor(north.north_m / cell_m_ - 0.5));
  for (std::int32_t row = first_row; row <= last_row; ++row) {
    const double y = (row + 0.5) * cell_m_;
    double west = std::numeric_limits<double>::infinity();
    double east = -west;
    for (std::size_t i = 0; i < quad.size(); ++i) {
      const PlanePoint a = quad[i];
      const PlanePoint b = quad[(i + 1) % quad.size()];
      if ((a.north_m > y) == (b.north_m > y)) continue;
      const double x = a.east_m + (y - a.north_m) / (b.north_m - a.north_m) * (b.east_m - a.east_m);
      west = std::min(west, x);
      east = std::max(east, x);
    }
    if (west > east) continue;
    // Half open, so that bands that share an edge do not both take a cell.
    const auto first = static_cast<std::int32_t>(std::ceil(west / cell_m_ - 0.5));
    const auto end = static_cast<std::int32_t>(std::ceil(east / cell_m_ - 0.5));
    const std::int32_t tile_row = floor_div(row, kTile);
    for (std::int32_t column = first; column < end;) {
      const std::int32_t tile_column = floor_div(column, kTile);
      const std::int32_t tile_end = std::min(end, (tile_column + 1) * kTile);
      if (Tile* tile = tile_of(tile_column, tile_row)) {
        Cell* cells = tile->cells + (row - tile_row * kTile) * kTile;
        for (std::int32_t at = column; at < tile_end; ++at) change(cells[at - tile_column * kTile]);
      }
      column = tile_end;
    }
  }
}

CoverageFigures SeabedMap::figures() const {
  CoverageFigures figures;
  double unseen = 0;
  double cells = 0;
  const auto missed_good = powers(1 - pd_good_);
  const auto missed_fair = powers(1 - static_cast<double>(settings_.pd_fair));
  for (const auto& [key, tile] : tiles_) {
    for (const Cell& cell : tile.cells) {
      if (!covered(cell)) continue;
      ++cells;
      figures.good_m2 += cell.good > 0 ? 1 : 0;
      figures.twice_m2 += cell.good > 1 ? 1 : 0;
      unseen += missed_good[cell.good] * missed_fair[cell.fair];
    }
  }
  const double cell_m2 = cell_m_ * cell_m_;
  figures.covered_m2 = cells * cell_m2;
  figures.good_m2 *= cell_m2;
  figures.twice_m2 *= cell_m2;
  figures.holes_m2 = static_cast<double>(hole_cells_.size()) * cell_m2;
  figures.residual_risk = cells > 0 ? unseen / cells : 1;
  figures.cell_m = cell_m_;
  return figures;
}

void SeabedMap::runs_between(bool along_rows, std::vector<Index>& found) const {
  struct Place {
    std::int32_t line;  ///< Of tiles.
    std::int32_t number;
    const Tile* tile;
  };
  std::vector<Place> places;
  for (const auto& [key, tile] : tiles_) {
    const auto row = static_cast<std::int32_t>(key >> 32);
    const auto column = static_cast<std::int32_t>(key & 0xFFFFFFFFU);
    places.push_back({along_rows ? row : column, along_rows ? column : row, &tile});
  }
  std::ranges::sort(places, {}, [](const Place& place) { return std::pair(place.line, place.number); });
  const auto widest = static_cast<std::int32_t>(std::ceil(settings_.widest_gap_m / cell_m_));
  for (auto first = places.begin(); first != places.end();) {
    const auto end =
        std::find_if(first, places.end(), [&](const Place& place) { return place.line != first->line; });
    for (std::int32_t i = 0; i < kTile; ++i) {
      const std::int32_t line = first->line * kTile + i;
      std::optional<std::int32_t> last;
      for (auto place = first; place != end; ++place) {
        for (std::int32_t j = 0; j < kTile; ++j) {
          if (!covered(place->tile->cells[along_rows ? i * kTile + j : j * kTile + i])) continue;
          const std::int32_t step = place->number * kTile + j;
          if (last && step - *last <= widest + 1) {
            for (std::int32_t gap = *last + 1; gap < step; ++gap)
              found.push_back(along_rows ? Index{gap, line} : Index{line, gap});
          }
          last = step;
        }
      }
    }
    first = end;
  }
}

std::vector<SeabedMap::Index> SeabedMap::find_hole_cells() const {
  std::vector<Index> cells;
  runs_between(true, cells);
  runs_between(false, cells);
  std::ranges::sort(cells);
  cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  return cells;
}

std::vector<Hole> SeabedMap::holes() const {
  const std::vector<Index>& cells = hole_cells_;
  std::vector<bool> taken(cells.size());
  const auto number_of = [&](Index at) -> std::optional<std::size_t> {
    const auto found = std::ranges::lower_bound(cells, at);
    if (found == cells.end() || *found != at) return std::nullopt;
    return static_cast<std::size_t>(found - cells.begin());
  };
  std::vector<Hole> holes;
  for (std::size_t start = 0; start < cells.size(); ++start) {
    if (taken[start]) continue;
    taken[start] = true;
    std::vector<Index> part{cells[start]};
    for (std::size_t i = 0; i < part.size(); ++i) {
      const Index at = part[i];
      for (const Index next : {Index{at.column + 1, at.row}, Index{at.column - 1, at.row},
                               Index{at.column, at.row + 1}, Index{at.column, at.row - 1}}) {
        const auto number = number_of(next);
        if (!number || taken[*number]) continue;
        taken[*number] = true;
        part.push_back(next);
      }
    }
    std::ranges::sort(part);
    if (static_cast<double>(part.size()) * cell_m_ * cell_m_ >= settings_.smallest_hole_m2) {
      holes.push_back(hole_of(part));
    }
  }
  std::ranges::stable_sort(holes, std::greater{}, &Hole::area_m2);
  return holes;
}

/// The outline is walked with the hole on the left, from its south-western corner, turning left where two of
/// its cells meet at a corner only.
Hole SeabedMap::hole_of(const std::vector<Index>& part) const {
  std::size_t lost = 0;
  std::size_t under_track = 0;
  for (const Index at : part) {
    const Cell* cell = find(at);
    if (cell == nullptr) continue;
    lost += cell->lost ? 1 : 0;
    under_track += !cell->lost && cell->under_track ? 1 : 0;
  }
  Hole hole;
  hole.reason = 2 * lost > part.size()          ? "lost frames"
                : 2 * under_track > part.size() ? "under the track"
                                                : "between lines";
  hole.area_m2 = static_cast<double>(part.size()) * cell_m_ * cell_m_;

  const auto inside = [&](std::int32_t column, std::int32_t row) {
    return std::ranges::binary_search(part, Index{column, row});
  };
  const Index start =
      *std::ranges::min_element(part, {}, [](Index at) { return std::pair(at.row, at.column); });
  Index corner = start;
  int direction = 0;  // 0 east, 1 north, 2 west, 3 south.
  do {
    const auto position = [&] { return PlanePoint{corner.column * cell_m_, corner.row * cell_m_}; };
    hole.outline.push_back(coverage_.plane()->to_position(position()));
    do {
      corner.column += direction == 0 ? 1 : direction == 2 ? -1 : 0;
      corner.row += direction == 1 ? 1 : direction == 3 ? -1 : 0;
      const bool ahead_left = inside(corner.column - (direction == 1 || direction == 2 ? 1 : 0),
                                     corner.row - (direction == 2 || direction == 3 ? 1 : 0));
      const bool ahead_right = inside(corner.column - (direction == 2 || direction == 3 ? 1 : 0),
                                      corner.row - (direction == 0 || direction == 3 ? 1 : 0));
      if (ahead_left && !ahead_right) continue;
      direction = ahead_left ? (direction + 3) % 4 : (direction + 1) % 4;
      break;
    } while (true);
  } while (corner != start || direction != 0);
  return hole;
}

}  // namespace towfish
