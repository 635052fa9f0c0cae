#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "pipeline/contacts/report.hpp"

namespace towfish {

namespace {

constexpr double kWidthPx = 1000;
constexpr double kMarginPx = 20;

/// Metres to pixels.
class Frame {
 public:
  Frame(const Survey& survey, const std::vector<Contact>& contacts) {
    for (const Swath& swath : survey.swaths) include(swath.outline);
    for (const TrackLine& line : survey.track) include(line.points);
    for (const Contact& contact : contacts) {
      if (contact.has_position()) include({contact.position});
    }
    const double size = std::max({east_ - west_, north_ - south_, 1.0});
    scale_ = (kWidthPx - 2 * kMarginPx) / size;
  }
  [[nodiscard]] bool empty() const noexcept { return !plane_; }
  [[nodiscard]] double scale() const noexcept { return scale_; }
  [[nodiscard]] double height_px() const noexcept { return (north_ - south_) * scale_ + 2 * kMarginPx + 30; }
  [[nodiscard]] double width_px() const noexcept {
    return std::max((east_ - west_) * scale_ + 2 * kMarginPx, 300.0);
  }
  [[nodiscard]] std::pair<double, double> pixel(Position position) const {
    const auto point = plane_->to_local(position);
    return {(point.east_m - west_) * scale_ + kMarginPx, (north_ - point.north_m) * scale_ + kMarginPx};
  }
  [[nodiscard]] std::string points(const std::vector<Position>& positions) const {
    std::string text;
    for (const Position position : positions) {
      const auto [x, y] = pixel(position);
      text += fmt::format("{:.1f},{:.1f} ", x, y);
    }
    return text;
  }

 private:
  void include(const std::vector<Position>& positions) {
    for (const Position position : positions) {
      if (!plane_) plane_.emplace(position);
      const auto point = plane_->to_local(position);
      west_ = std::min(west_, point.east_m);
      east_ = std::max(east_, point.east_m);
      south_ = std::min(south_, point.north_m);
      north_ = std::max(north_, point.north_m);
    }
  }
  std::optional<LocalPlane> plane_;
  double west_ = std::numeric_limits<double>::infinity();
  double east_ = -west_;
  double south_ = west_;
  double north_ = -west_;
  double scale_ = 1;
};

std::string contact_mark(const Contact& contact, const Frame& frame) {
  const auto [x, y] = frame.pixel(contact.position);
  const char* kind = name(contact.contact_class);
  return fmt::format(
      "<g class=\"{0}\"><title>{0} {1}, confidence {2:.2f}</title>"
      "<ellipse cx=\"{3:.1f}\" cy=\"{4:.1f}\" rx=\"{5:.1f}\" ry=\"{6:.1f}\" "
      "transform=\"rotate({7:.1f} {3:.1f} {4:.1f})\"/><circle cx=\"{3:.1f}\" cy=\"{4:.1f}\" r=\"3\"/>"
      "<text x=\"{8:.1f}\" y=\"{4:.1f}\">{1}</text></g>\n",
      kind, contact.id, contact.confidence, x, y, contact.error.semi_major_m * frame.scale(),
      contact.error.semi_minor_m * frame.scale(), contact.error.bearing_deg - 90, x + 5);
}

std::string scale_bar(const Frame& frame) {
  double metres = std::pow(10, std::floor(std::log10(200 / frame.scale())));
  if (metres * frame.scale() < 60) metres *= 2;
  const double y = frame.height_px() - 12;
  return fmt::format(
      "<path class=\"scale\" d=\"M{0} {1:.1f}h{2:.1f}\"/><text x=\"{3:.1f}\" y=\"{1:.1f}\">{4:g} m, north "
      "up</text>\n",
      kMarginPx, y, metres * frame.scale(), kMarginPx + metres * frame.scale() + 6, metres);
}

}  // namespace

std::string survey_map(const Survey& survey, const std::vector<Contact>& contacts) {
  const Frame frame(survey, contacts);
  if (frame.empty()) return {};
  std::string svg = fmt::format("<svg viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" role=\"img\">\n",
                                frame.width_px(), frame.height_px());
  for (const Swath& swath : survey.swaths) {
    svg += fmt::format("<polygon class=\"{}\" points=\"{}\"/>\n", name(swath.quality),
                       frame.points(swath.outline));
  }
  for (const Hole& hole : survey.holes) {
    svg += fmt::format("<polygon class=\"hole\" points=\"{}\"/>\n", frame.points(hole.outline));
  }
  for (const TrackLine& line : survey.track) {
    svg += fmt::format("<polyline class=\"track\" points=\"{}\"/>\n", frame.points(line.points));
  }
  for (const Contact& contact : contacts) {
    if (contact.has_position()) svg += contact_mark(contact, frame);
  }
  return svg + scale_bar(frame) + "</svg>\n";
}

}  // namespace towfish
