#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/sonar/geometry.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish {

/// How well a piece of seabed was seen.
enum class Quality : std::uint8_t {
  good,  ///< In the middle of the range band, altitude as it should be.
  fair,  ///< Next to nadir, at the end of the range, or at a bad altitude: objects may be missed.
};

constexpr std::string_view name(Quality quality) noexcept {
  return quality == Quality::good ? "good" : "fair";
}

/// Seabed that one side saw on one straight stretch: a band along the track.
struct Swath {
  std::uint32_t pass = 0;
  Side side = Side::port;
  Quality quality = Quality::good;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::vector<Position> outline;  ///< Open ring.
  double area_m2 = 0;
};

/// Seabed inside the survey that nobody saw.
struct Hole {
  std::string reason;
  std::vector<Position> outline;
  double area_m2 = 0;
};

struct TrackLine {
  std::uint32_t pass = 0;
  std::vector<Position> points;
  double length_m = 0;
};

/// Where the sonar went and what it saw of the bottom.
struct Survey {
  std::vector<Swath> swaths;
  std::vector<Hole> holes;
  std::vector<TrackLine> track;
};

}  // namespace towfish
