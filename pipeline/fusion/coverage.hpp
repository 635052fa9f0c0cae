#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "pipeline/contacts/survey.hpp"
#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/fusion/navigation.hpp"
#include "pipeline/fusion/survey_plane.hpp"
#include "pipeline/fusion/track_step.hpp"

namespace towfish {

using PlanePoint = LocalPlane::Point;
/// Four corners, in order around.
using Quad = std::array<PlanePoint, 4>;

/// What one side saw on one straight stretch of track: bands at given ground ranges, in a plane whose origin
/// is the survey's first position (true to 0.1 % within 300 km of it).
struct Stretch {
  std::uint32_t pass = 0;
  Side side = Side::port;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t last_ping = 0;
  PlanePoint begin{};  ///< Of the track.
  PlanePoint end{};
  double begin_heading_deg = 0;
  double end_heading_deg = 0;
  double nadir_m = 0;  ///< Nothing is seen nearer than this,
  double good_near_m = 0;
  double good_far_m = 0;
  double far_m = 0;          ///< nor farther away.
  bool good = false;         ///< The altitude is as it should be.
  bool quarantined = false;  ///< The frame was passed over: all of it is a gap.

  /// The seabed between two ground ranges on its side.
  [[nodiscard]] Quad band(double near_m, double far_m) const noexcept;
};

/// The seabed that the survey has seen, and how well. Memory grows with the length of track, by two stretches
/// for every 50 m or turn, not with time or detections.
class Coverage {
 public:
  explicit Coverage(const CoverageSettings& settings) : settings_(settings) {}

  /// Takes what a side has of the next step. Without both fixes nothing is known to be covered.
  void take(Side side, const TrackStep& step, std::uint32_t pass, const Fix& first, const Fix& last);

  /// Passes that saw this place and all within `margin_m` of it well, up to `last_ping`; ascending.
  [[nodiscard]] std::vector<std::uint32_t> passes_over(Position place, double margin_m,
                                                       std::uint64_t last_ping) const;

  /// Whether the stretch of this number may have seen a part of these well; if not, it changes nothing there.
  [[nodiscard]] bool reaches(std::size_t stretch, Position place, double margin_m) const;

  [[nodiscard]] const std::vector<Stretch>& stretches() const noexcept { return stretches_; }
  /// The stretch of a side that may still grow.
  [[nodiscard]] std::optional<std::size_t> open_stretch(Side side) const noexcept {
    return open_[index(side)];
  }
  [[nodiscard]] const std::optional<SurveyPlane>& plane() const noexcept { return plane_; }
  /// A point in the middle of a stretch's swath and a radius around it that holds it all.
  [[nodiscard]] std::pair<Position, double> surroundings(const Stretch& stretch) const;
  [[nodiscard]] std::vector<Swath> swaths() const;
  [[nodiscard]] std::vector<TrackLine> track() const;

 private:
  [[nodiscard]] Stretch stretch_of(const TrackStep& step, const Fix& first, const Fix& last) const;
  [[nodiscard]] bool continues(const Stretch& open, const Stretch& next) const noexcept;
  void index_stretch(std::size_t number);
  /// The seabed that a stretch saw well, with the box around it.
  struct GoodBand {
    double west = 1, east = -1, south = 1, north = -1;  ///< Empty.
    std::uint64_t last_ping = 0;
    std::uint32_t pass = 0;
    Quad quad{};
    [[nodiscard]] bool reaches(PlanePoint centre, double margin_m) const noexcept {
      return east >= centre.east_m - margin_m && west <= centre.east_m + margin_m &&
             north >= centre.north_m - margin_m && south <= centre.north_m + margin_m;
    }
  };
  [[nodiscard]] static GoodBand good_band(const Stretch& stretch) noexcept;

  CoverageSettings settings_;
  std::optional<SurveyPlane> plane_;
  std::vector<Stretch> stretches_;
  std::vector<GoodBand> good_bands_;                ///< Of each stretch, as far as it is indexed.
  std::array<std::optional<std::size_t>, 2> open_;  ///< Of each side, in stretches_.
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> cells_;  ///< Stretches by place.
};

bool contains(const Quad& quad, PlanePoint point) noexcept;
double area_m2(const Quad& quad) noexcept;

}  // namespace towfish
