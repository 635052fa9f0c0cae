#include "detectors/scoring.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {

Interval wilson(std::size_t hits, std::size_t trials) noexcept {
  if (trials == 0) return {};
  constexpr double z = 1.959964;
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(hits) / n;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

double confidence_of(double llr) noexcept {
  return 1.0 / (1.0 + std::exp(-llr));
}

RocPoint Scoreboard::point(double confidence, std::size_t found, std::size_t false_alarms) const {
  const auto per = [](std::size_t count, double whole) {
    return whole > 0 ? static_cast<double>(count) / whole : 0.0;
  };
  return {confidence,
          found,
          false_alarms,
          per(found, static_cast<double>(targets())),
          per(false_alarms, frames_),
          per(false_alarms, km2_)};
}

std::vector<RocPoint> Scoreboard::roc() const {
  std::vector<const ScoredDetection*> order;
  for (const auto& detection : detections_) order.push_back(&detection);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->confidence > b->confidence; });
  std::vector<bool> hit(targets(), false);
  std::size_t found = 0;
  std::size_t false_alarms = 0;
  std::vector<RocPoint> points;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const std::size_t target : order[i]->targets) {
      found += !hit[target];
      hit[target] = true;
    }
    false_alarms += order[i]->targets.empty() && !order[i]->ignored;
    const bool last = i + 1 == order.size() || order[i + 1]->confidence < order[i]->confidence;
    if (last) points.push_back(point(order[i]->confidence, found, false_alarms));
  }
  return points;
}

RocPoint Scoreboard::at(double confidence) const {
  RocPoint best = point(1, 0, 0);
  for (const auto& p : roc()) {
    if (p.confidence >= confidence) best = p;
  }
  return best;
}

RocPoint Scoreboard::at_false_per_frame(double most) const {
  RocPoint best = point(1, 0, 0);
  for (const auto& p : roc()) {
    if (p.false_per_frame <= most + 1e-9) best = p;
  }
  return best;
}

RocPoint Scoreboard::at_false_per_km2(double most) const {
  RocPoint best = point(1, 0, 0);
  for (const auto& p : roc()) {
    if (p.false_per_km2 <= most + 1e-9) best = p;
  }
  return best;
}

std::vector<bool> Scoreboard::found(double confidence) const {
  std::vector<bool> hit(targets(), false);
  for (const auto& detection : detections_) {
    if (detection.confidence < confidence) continue;
    for (const std::size_t target : detection.targets) hit[target] = true;
  }
  return hit;
}

}  // namespace towfish
