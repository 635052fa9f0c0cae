#pragma once

#include <array>
#include <cstdint>

#include "detectors/clutter.hpp"
#include "detectors/conditioning.hpp"
#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// A place where an algorithm's score peaks, with what can be measured around it. Cells count from the bottom
/// return of the row; lengths are metres (across track in slant range), levels decibels over the background.
struct Candidate {
  std::int64_t row = 0;
  int cell = 0;  ///< Far edge of the highlight.
  std::array<float, kMaxAlgorithms> scores{};

  std::int64_t first_row = 0;
  std::int64_t last_row = 0;
  int highlight_first = 0;
  int shadow_last = 0;
  float spacing_m = 0;  ///< Of the rows, along track.
  float length_m = 0;
  float width_m = 0;
  float shadow_m = 0;

  float highlight_db = 0;  ///< Mean over the measured highlight.
  float peak_db = 0;       ///< Brightest row of it.
  float shadow_db = 0;     ///< Mean over the measured shadow; negative.
  float before_db = 0;     ///< In front of the highlight.
  float beside_db = 0;     ///< Mean of the absolute level before and after along track, beside the object.
  float beyond_db = 0;     ///< Behind the shadow.
  float clutter_db = 0;    ///< Clutter at the place,
  float shadow_clutter_db = 0;  ///< and that of lengths like a shadow's.
  float behind_bottom_m = 0;    ///< From the bottom return to the far edge of the highlight.
  float bottom_leap_m = 0;  ///< The bottom return's largest leap from one of the pings around to the next.
  float bend = 0;         ///< By what part the track's bend changes the pings' spacing at the object's range.
  float shadow_fill = 0;  ///< Part of the shadow's box that is at least half as dark as its mean.
};

/// Measures what lies around candidate.row and .cell. Reads rows within reach() of it, never more than
/// kReach.
class Measurement {
 public:
  static constexpr int kReach = 40;
  [[nodiscard]] static int reach(float spacing_m) noexcept;
  Measurement(const Conditioning& rows, const Clutter& clutter, std::int64_t end) noexcept
      : rows_(rows), clutter_(clutter), end_(end) {}
  void measure(Candidate& candidate) const noexcept;

 private:
  class Band;
  [[nodiscard]] float mean_magnitude(RowSpan rows, int first, int end) const noexcept;
  void measure_length(Candidate& candidate) const noexcept;
  [[nodiscard]] int highest_leap(RowSpan rows) const noexcept;
  [[nodiscard]] float bend_per_m(std::int64_t row, float spacing_m) const noexcept;
  void measure_across(Candidate& candidate) const noexcept;

  const Conditioning& rows_;
  const Clutter& clutter_;
  std::int64_t end_;
};

}  // namespace towfish
