#pragma once

#include <vector>

#include "sim/bottom_kind.hpp"

namespace towfish {

/// An elliptic area of another bottom with a ragged edge.
struct PatchSettings {
  double east_m = 0;
  double north_m = 0;
  double length_m = 30;
  double width_m = 20;
  double direction_deg = 0;
  double edge_m = 1;
  double raggedness = 0.25;
  BottomSettings bottom;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("east_m", east_m, "m", -50000, 50000, "Middle, east of the origin.");
    v.number("north_m", north_m, "m", -50000, 50000, "Middle, north of the origin.");
    v.number("length_m", length_m, "m", 0.5, 100000, "Axis along its direction.");
    v.number("width_m", width_m, "m", 0.5, 100000, "Axis across its direction.");
    v.number("direction_deg", direction_deg, "deg", 0, 360, "True bearing of its length.");
    v.number("edge_m", edge_m, "m", 0.05, 50, "Over how far it blends into what is below it.");
    v.number("raggedness", raggedness, "of its size", 0, 1, "How far the edge wanders.");
    v.group("bottom", bottom, "What the patch is.");
  }
};

/// Rocks strewn over the ground; part of the bottom, none of them in the truth.
struct RocksSettings {
  double per_100_m2 = 0;
  double smallest_m = 0.2;
  double largest_m = 1.2;
  double clustering = 0.5;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("per_100_m2", per_100_m2, "rocks per 100 m2", 0, 20, "How many, on average.");
    v.number("smallest_m", smallest_m, "m", 0.05, 10, "Shortest diameter; sizes follow a power law.");
    v.number("largest_m", largest_m, "m", 0.05, 20, "Longest diameter.");
    v.number("clustering", clustering, "", 0, 1, "0: evenly strewn, 1: in fields with bare ground between.");
  }
};

/// The bottom: a plane, large-scale relief, a ground kind and patches of others on it (later ones on top).
struct SeabedSettings {
  double slope_deg = 0;
  double slope_direction_deg = 0;
  double relief_m = 0;
  double relief_scale_m = 30;
  double hurst = 0.8;
  BottomSettings ground;
  std::vector<PatchSettings> patches;
  RocksSettings rocks;
  double scour_depth_m = 0;
  double scour_reach_m = 0.6;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("slope_deg", slope_deg, "deg", 0, 20, "Slope of the mean bottom.");
    v.number("slope_direction_deg", slope_direction_deg, "deg", 0, 360, "True bearing uphill.");
    v.number("relief_m", relief_m, "m", 0, 10, "Standard deviation of the large-scale relief.");
    v.number("relief_scale_m", relief_scale_m, "m", 1, 1000, "Its largest scale.");
    v.number("hurst", hurst, "", 0.1, 1, "Hurst exponent of all relief: 1 smooth, 0.5 jagged.");
    v.group("ground", ground, "The bottom outside all patches.");
    v.list("patches", patches, "Areas of other bottom.");
    v.group("rocks", rocks, "Natural rocks.");
    v.number("scour_depth_m", scour_depth_m, "m", 0, 2, "Depth of the scour pit around each object.");
    v.number("scour_reach_m", scour_reach_m, "m", 0.1, 10, "How far the pit reaches beyond the object.");
  }
};

}  // namespace towfish
