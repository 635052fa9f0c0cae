#include "pipeline/fusion/survey_plane.hpp"

#include <cmath>

namespace towfish {

namespace {

constexpr double kAnchorDeg = 0.005;
constexpr double kStepM = 100;

std::uint64_t key_of(double row, double column) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(row) + 100'000) << 32 |
         static_cast<std::uint64_t>(static_cast<std::int64_t>(column) + 100'000);
}

}  // namespace

SurveyPlane::Anchor SurveyPlane::anchor_at(Position corner) const {
  const LocalPlane around(corner);
  const Point at = exact_.to_local(corner);
  const Point east = exact_.to_local(around.to_position({kStepM, 0}));
  const Point north = exact_.to_local(around.to_position({0, kStepM}));
  return {around,
          at,
          {(east.east_m - at.east_m) / kStepM, (east.north_m - at.north_m) / kStepM},
          {(north.east_m - at.east_m) / kStepM, (north.north_m - at.north_m) / kStepM}};
}

const SurveyPlane::Anchor& SurveyPlane::anchor_of(double row, double column) const {
  const std::uint64_t key = key_of(row, column);
  if (newest_ && key == newest_key_) return *newest_;
  auto anchor = anchors_.find(key);
  if (anchor == anchors_.end()) {
    const Position corner{row * kAnchorDeg, column * kAnchorDeg};
    anchor = anchors_.emplace(key, anchor_at(corner)).first;
  }
  newest_key_ = key;
  newest_ = anchor->second;
  return *newest_;
}

SurveyPlane::Point SurveyPlane::to_local(Position position) const {
  const auto& [around, at, by_east, by_north] = anchor_of(std::floor(position.latitude_deg / kAnchorDeg),
                                                          std::floor(position.longitude_deg / kAnchorDeg));
  const Point offset = around.to_local(position);
  return {at.east_m + by_east.east_m * offset.east_m + by_north.east_m * offset.north_m,
          at.north_m + by_east.north_m * offset.east_m + by_north.north_m * offset.north_m};
}

}  // namespace towfish
