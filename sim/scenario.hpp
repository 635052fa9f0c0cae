#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/faults.hpp"
#include "sim/object.hpp"
#include "sim/seabed.hpp"
#include "sim/sonar.hpp"
#include "sim/vehicle.hpp"
#include "sim/water.hpp"

namespace towfish {

/// All that the simulated sonar sees and is. Everything follows from it and its one seed.
struct Scenario {
  std::string title;
  std::uint32_t seed = 1;
  double latitude_deg = 58.25;
  double longitude_deg = 11.4;
  double start_unix_s = 1767258000;
  SonarSettings sonar;
  WaterSettings water;
  VehicleSettings vehicle;
  SeabedSettings seabed;
  std::vector<ObjectSettings> objects;
  std::vector<FieldSettings> fields;
  FaultSettings faults;

  template <class Visitor>
  void describe(Visitor& v) {
    v.text("title", title, "What it shows.");
    v.number("seed", seed, "", 0, 4294967295.0, "All randomness follows from it.");
    v.number("latitude_deg", latitude_deg, "deg", -85, 85, "Of the origin, WGS 84.");
    v.number("longitude_deg", longitude_deg, "deg", -180, 180, "Of the origin, WGS 84.");
    v.number("start_unix_s", start_unix_s, "s since 1970 UTC", 0, 4e9, "Time of ping 0.");
    v.group("sonar", sonar, "The sonar.");
    v.group("water", water, "The water.");
    v.group("vehicle", vehicle, "What carries the sonar, and where.");
    v.group("seabed", seabed, "The bottom.");
    v.list("objects", objects, "Objects at known places.");
    v.list("fields", fields, "Objects strewn at random.");
    v.group("faults", faults, "What goes wrong.");
  }
};

}  // namespace towfish
