#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "pipeline/contacts/survey.hpp"
#include "pipeline/fusion/coverage.hpp"
#include "pipeline/fusion/coverage_figures.hpp"
#include "pipeline/fusion/fusion_settings.hpp"

namespace towfish {

/// The covered seabed as a grid of square cells, for areas, overlaps and holes.
///
/// The cell is 1 m, or larger where more than 20 million of them would be needed, so memory is bounded.
/// A hole is seabed that was not seen and lies between seabed that was, no farther apart than the widest gap:
/// the strip under the sonar, lines too far apart, frames that were lost. Seabed outside the survey is none.
class SeabedMap {
 public:
  SeabedMap(const Coverage& coverage, const FusionSettings& settings);

  [[nodiscard]] CoverageFigures figures() const;
  /// Largest first.
  [[nodiscard]] std::vector<Hole> holes() const;

 private:
  struct Cell {
    std::uint8_t good = 0;  ///< Stretches that saw it well,
    std::uint8_t fair = 0;  ///< or not so well.
    bool under_track = false;
    bool lost = false;  ///< Part of a frame that was lost.
  };
  struct Index {
    std::int32_t column;
    std::int32_t row;
    auto operator<=>(const Index&) const = default;
  };
  static constexpr std::int32_t kTile = 64;
  struct Tile {
    Cell cells[kTile * kTile];
  };

  void choose_cell(const std::vector<Stretch>& stretches);
  void draw_gaps(const std::vector<Stretch>& stretches);
  /// Visits the cells of the area that lie in tiles that `tile_of` has for (column, row) of tiles.
  template <class TileOf, class Change>
  void draw(const Quad& quad, TileOf tile_of, Change change);
  template <class Change>
  void draw(const Quad& quad, Change change);
  [[nodiscard]] const Cell* find(Index index) const;
  [[nodiscard]] static bool covered(const Cell& cell) noexcept { return cell.good != 0 || cell.fair != 0; }
  [[nodiscard]] std::vector<Index> find_hole_cells() const;
  void runs_between(bool along_rows, std::vector<Index>& found) const;
  [[nodiscard]] Hole hole_of(const std::vector<Index>& part) const;

  const Coverage& coverage_;
  CoverageSettings settings_;
  double pd_good_;
  double cell_m_ = 1;
  std::unordered_map<std::uint64_t, Tile> tiles_;
  std::vector<Index> hole_cells_;  ///< In order.
};

}  // namespace towfish
