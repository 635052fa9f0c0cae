#pragma once

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/settings/settings.hpp"
#include "sim/sidescan.hpp"

namespace towfish {

inline Scenario scenario_file(const std::string& name) {
  Scenario scenario;
  settings::read(std::filesystem::path(TOWFISH_SOURCE_DIR) / "config" / "scenarios" / (name + ".yaml"),
                 scenario);
  return scenario;
}

/// A flat, even, empty bottom seen by a still vehicle: what the physics is measured on.
inline Scenario flat_bottom() {
  Scenario scenario;
  scenario.vehicle.motion = {.roll_deg = 0, .pitch_deg = 0, .yaw_deg = 0, .heave_m = 0};
  scenario.vehicle.survey.length_m = 200;
  scenario.sonar.samples = 1024;
  return scenario;
}

/// The traces of `side`, ping by ping, from the ping at which the source stands; at most `pings` of them.
inline std::vector<std::vector<std::uint16_t>> traces(Sidescan& source, Side side, std::size_t pings) {
  std::vector<std::vector<std::uint16_t>> rows;
  while (rows.size() < pings) {
    const PingPair* pair = source.next();
    if (pair == nullptr) break;
    rows.emplace_back(pair->geometry[index(side)].samples);
    source.read_trace(side, rows.back());
  }
  return rows;
}

}  // namespace towfish
