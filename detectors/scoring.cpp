#include "detectors/scoring.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

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

namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

/// Gives targets to detections, one after another. What has been found stays found.
class Assignment {
 public:
  Assignment(const std::vector<ScoredDetection>& detections, std::size_t targets, Matching matching)
      : detections_(detections), holder_(targets, kNobody), seen_(targets, 0), matching_(matching) {}

  /// How many targets the next detection adds.
  std::size_t add(std::size_t detection) {
    if (matching_ == Matching::one_to_one) {
      ++turn_;
      return place(detection) ? 1 : 0;
    }
    std::size_t added = 0;
    for (const std::size_t target : detections_[detection].targets) {
      added += holder_[target] == kNobody;
      holder_[target] = detection;
    }
    return added;
  }
  [[nodiscard]] bool found(std::size_t target) const { return holder_[target] != kNobody; }

 private:
  bool place(std::size_t detection) {
    for (const std::size_t target : detections_[detection].targets) {
      if (holder_[target] == kNobody) {
        holder_[target] = detection;
        return true;
      }
    }
    for (const std::size_t target : detections_[detection].targets) {
      if (seen_[target] == turn_) continue;
      seen_[target] = turn_;
      if (place(holder_[target])) {
        holder_[target] = detection;
        return true;
      }
    }
    return false;
  }

  const std::vector<ScoredDetection>& detections_;
  std::vector<std::size_t> holder_;
  std::vector<std::size_t> seen_;  ///< The turn in which it was last tried.
  std::size_t turn_ = 0;
  Matching matching_;
};

Verdict verdict_of(const ScoredDetection& detection, std::size_t added) {
  if (added > 0) return Verdict::hit;
  if (!detection.targets.empty()) return Verdict::again;
  return detection.ignored ? Verdict::ignored : Verdict::false_alarm;
}

}  // namespace

RocPoint Scoreboard::point(double confidence, std::size_t found, std::size_t false_alarms) const {
  const auto per = [](std::size_t count, double whole) {
    return whole > 0 ? static_cast<double>(count) / whole : 0.0;
  };
  return {confidence,
          found,
          false_alarms,
          per(found, static_cast<double>(targets())),
          per(false_alarms, frames_),
          km2_ > 0 ? per(false_alarms, km2_) : std::numeric_limits<double>::quiet_NaN()};
}

std::vector<std::size_t> Scoreboard::order() const {
  std::vector<std::size_t> order(detections_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return detections_[a].confidence > detections_[b].confidence;
  });
  return order;
}

Scoreboard Scoreboard::by_algorithm(std::size_t k) const {
  Scoreboard other = *this;
  for (auto& detection : other.detections_) {
    detection.confidence = confidence_of(static_cast<double>(detection.llr_by_algorithm[k]));
  }
  return other;
}

std::vector<RocPoint> Scoreboard::roc() const {
  Assignment assignment(detections_, targets(), matching_);
  std::size_t found = 0;
  std::size_t false_alarms = 0;
  std::vector<RocPoint> points;
  const auto ranked = order();
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    const ScoredDetection& detection = detections_[ranked[i]];
    const std::size_t added = assignment.add(ranked[i]);
    found += added;
    false_alarms += verdict_of(detection, added) == Verdict::false_alarm;
    const bool last = i + 1 == ranked.size() || detections_[ranked[i + 1]].confidence < detection.confidence;
    if (last) points.push_back(point(detection.confidence, found, false_alarms));
  }
  return points;
}

std::vector<Verdict> Scoreboard::verdicts() const {
  Assignment assignment(detections_, targets(), matching_);
  std::vector<Verdict> verdicts(detections_.size(), Verdict::ignored);
  for (const std::size_t i : order()) verdicts[i] = verdict_of(detections_[i], assignment.add(i));
  return verdicts;
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
  Assignment assignment(detections_, targets(), matching_);
  for (const std::size_t i : order()) {
    if (detections_[i].confidence >= confidence) assignment.add(i);
  }
  std::vector<bool> found(targets());
  for (std::size_t target = 0; target < targets(); ++target) found[target] = assignment.found(target);
  return found;
}

}  // namespace towfish
