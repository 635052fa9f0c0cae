#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace towfish {

/// The first four are mines (MILCO), the others are not (NOMBO).
enum class Shape : std::uint8_t {
  cylinder,
  truncated_cone,
  wedge,
  sphere,  ///< Moored: it floats above its anchor.
  rock,
  tyre,
  anchor,
  pipe,
  crab_pot,  ///< With a rope going up.
  wreck,
};

inline constexpr std::array<std::pair<std::string_view, Shape>, 10> kShapes{
    {{"cylinder", Shape::cylinder},
     {"truncated_cone", Shape::truncated_cone},
     {"wedge", Shape::wedge},
     {"sphere", Shape::sphere},
     {"rock", Shape::rock},
     {"tyre", Shape::tyre},
     {"anchor", Shape::anchor},
     {"pipe", Shape::pipe},
     {"crab_pot", Shape::crab_pot},
     {"wreck", Shape::wreck}}};

constexpr std::string_view name(Shape shape) noexcept {
  return kShapes[static_cast<std::size_t>(shape)].first;
}

/// One object at a known place. A size of 0 is the usual one of its shape.
struct ObjectSettings {
  Shape shape = Shape::cylinder;
  double east_m = 0;
  double north_m = 0;
  double heading_deg = 0;
  double length_m = 0;
  double width_m = 0;
  double height_m = 0;
  double burial = 0;
  double mooring_m = 2;
  double reflectivity_db = 0;

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("shape", shape, std::span<const std::pair<std::string_view, Shape>>(kShapes), "What it is.");
    v.number("east_m", east_m, "m", -50000, 50000, "East of the origin.");
    v.number("north_m", north_m, "m", -50000, 50000, "North of the origin.");
    v.number("heading_deg", heading_deg, "deg", 0, 360, "True bearing of its length.");
    v.number("length_m", length_m, "m", 0, 200, "0: the usual length of the shape.");
    v.number("width_m", width_m, "m", 0, 50, "0: the usual width of the shape.");
    v.number("height_m", height_m, "m", 0, 30, "0: the usual height of the shape.");
    v.number("burial", burial, "of its height", 0, 1, "How far it has sunk in.");
    v.number("mooring_m", mooring_m, "m", 0.5, 100, "Height of a moored sphere's middle above the bottom.");
    v.number("reflectivity_db", reflectivity_db, "dB", -60, 20,
             "Added to the backscattering strength of the shape's surface.");
  }
};

/// What a field strews.
enum class FieldKind : std::uint8_t { mines, clutter, both };

inline constexpr std::array<std::pair<std::string_view, FieldKind>, 3> kFieldKinds{
    {{"mines", FieldKind::mines}, {"clutter", FieldKind::clutter}, {"both", FieldKind::both}}};

/// Objects of random shape, heading and burial at random places in a rectangle.
struct FieldSettings {
  FieldKind kind = FieldKind::mines;
  int count = 10;
  double east_m = 0;
  double north_m = 0;
  double length_m = 100;
  double width_m = 50;
  double direction_deg = 0;
  double separation_m = 6;
  double burial = 0.2;
  double reflectivity_spread_db = 6;
  std::uint32_t seed = 1;

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("kind", kind, std::span<const std::pair<std::string_view, FieldKind>>(kFieldKinds),
             "Which shapes.");
    v.number("count", count, "objects", 0, 5000, "How many.");
    v.number("east_m", east_m, "m", -50000, 50000, "Middle, east of the origin.");
    v.number("north_m", north_m, "m", -50000, 50000, "Middle, north of the origin.");
    v.number("length_m", length_m, "m", 0, 100000, "Along its direction.");
    v.number("width_m", width_m, "m", 0, 100000, "Across its direction.");
    v.number("direction_deg", direction_deg, "deg", 0, 360, "True bearing of its length.");
    v.number("separation_m", separation_m, "m", 0, 1000, "Least distance to any other object.");
    v.number("burial", burial, "of its height", 0, 1, "Each has sunk in by up to this.");
    v.number("reflectivity_spread_db", reflectivity_spread_db, "dB", 0, 30,
             "Each surface is brighter or darker by up to half of this.");
    v.number("seed", seed, "", 0, 4294967295.0, "Another seed strews another field.");
  }
};

}  // namespace towfish
