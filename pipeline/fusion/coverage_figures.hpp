#pragma once

namespace towfish {

/// How much seabed was seen, in square metres; overlaps count once.
struct CoverageFigures {
  double covered_m2 = 0;
  double good_m2 = 0;   ///< Seen well at least once,
  double twice_m2 = 0;  ///< and at least twice.
  double holes_m2 = 0;
  double residual_risk =
      1;              ///< Share of the objects in the covered seabed that is expected to be still unseen.
  double cell_m = 0;  ///< Accuracy of the figures.
};

}  // namespace towfish
