#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>

#include "pipeline/commands/marks.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/picture/colour_map.hpp"
#include "pipeline/picture/picture.hpp"

namespace towfish::commands {

struct WaterfallOptions {
  std::uint64_t first_ping = 0;
  std::uint64_t end_ping = 0;      ///< Behind the last; 0: the end of the log.
  std::uint32_t max_width = 2048;  ///< Of both sides together, in pixels.
  std::uint32_t max_height = 16000;
  bool square = false;  ///< As many metres a pixel along as across track, where speed is known.
  float gamma = 0.5F;   ///< Brightness = amplitude ^ gamma.
};

/// A log seen from above: port left, starboard right, first ping on top.
struct Waterfall {
  Picture picture;  ///< Grey.
  std::uint64_t first_ping = 0;
  double pings_per_row = 1;
  float metres_per_column = 0;
  float metres_per_row = 0;  ///< 0: not known.
  std::uint32_t nadir_column = 0;

  [[nodiscard]] double row_of(double ping) const {
    return (ping - static_cast<double>(first_ping)) / pings_per_row;
  }
  [[nodiscard]] double column_of(Side side, float slant_range_m) const {
    const double off = slant_range_m / metres_per_column;
    return side == Side::port ? nadir_column - off : nadir_column + off;
  }
};

/// Paints the log. Reads it twice: headers and some samples for extent and contrast, then all. `each` is
/// called for every ping of both passes. Throws InputError where there is no ping in the span.
[[nodiscard]] Waterfall paint(Log& log, const WaterfallOptions& options, const std::function<void()>& each);

/// Colours it, and draws range lines, ping numbers, scale and marks over it.
class Drawing {
 public:
  Drawing(const Waterfall& waterfall, const ColourMap& map);
  /// Range lines with their metres, ping numbers at the left edge, a scale bar.
  void draw_scale();
  /// `rgb` is the colour of boxes and labels. The log tells the range of each mark's samples.
  void draw_marks(std::span<const Mark> marks, std::array<std::uint8_t, 3> rgb, Log& log);
  [[nodiscard]] const Picture& picture() const { return picture_; }

 private:
  const Waterfall* waterfall_;
  Picture picture_;
};

}  // namespace towfish::commands
