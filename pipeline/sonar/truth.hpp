#pragma once

#include <cstdint>
#include <string>

#include "pipeline/sonar/detection.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish {

/// One look at an object that is really there: what the simulator placed, or what a label file says.
///
/// An object passed twice has two looks with the same truth_id.
struct TruthLook {
  std::uint32_t truth_id = 0;
  ContactClass contact_class = ContactClass::milco;
  std::string shape;  ///< "cylinder", "sphere", "rock" ...
  double latitude_deg = 0;
  double longitude_deg = 0;
  Side side = Side::port;
  std::uint64_t ping = 0;    ///< Of closest approach.
  std::uint32_t sample = 0;  ///< Far edge of its highlight, where the shadow begins; from nadir.
  float length_m = 0;
  float width_m = 0;
  float height_m = 0;
  bool visible = true;  ///< Ensonified and neither in another object's or ridge's shadow nor out of range.
};

}  // namespace towfish
