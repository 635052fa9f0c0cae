#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "pipeline/sonar/geometry.hpp"

namespace towfish {

/// Metres east and north of the survey's first position: the same as LocalPlane, at a tenth of its cost far
/// from the origin.
///
/// The seabed is cut into squares of about 500 m; in each the projection is taken as straight, from the exact
/// one at its corner. That is true to 10 cm within 100 km of the origin below 70 degrees of latitude. A
/// function of the position, whatever was asked before. Threads: one thread.
class SurveyPlane {
 public:
  using Point = LocalPlane::Point;
  explicit SurveyPlane(Position origin) : exact_(origin) {}
  [[nodiscard]] Point to_local(Position position) const;
  [[nodiscard]] Position to_position(Point point) const { return exact_.to_position(point); }

 private:
  struct Anchor {
    LocalPlane around;
    Point at;
    Point by_east;  ///< Change of the point for a metre east of the anchor,
    Point by_north;
  };
  [[nodiscard]] Anchor anchor_at(Position corner) const;
  [[nodiscard]] const Anchor& anchor_of(double row, double column) const;

  LocalPlane exact_;
  mutable std::unordered_map<std::uint64_t, Anchor> anchors_;
  mutable std::uint64_t newest_key_ = 0;  ///< Of the square asked for last,
  mutable std::optional<Anchor> newest_;  ///< which the next place mostly lies in, too.
};

}  // namespace towfish
