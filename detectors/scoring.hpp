#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace towfish {

/// 95 % confidence interval of a proportion (Wilson 1927, score interval).
struct Interval {
  double low = 0;
  double high = 1;
};
Interval wilson(std::size_t hits, std::size_t trials) noexcept;

/// Confidence that stands for a log-likelihood ratio at even prior odds.
double confidence_of(double llr) noexcept;

/// One detection, matched with what is really there.
struct ScoredDetection {
  double confidence = 0;
  std::vector<std::size_t> targets;  ///< Those that it hits, by index of add_target().
  bool ignored = false;              ///< Hits none, and is not counted as a false alarm either.
};

/// A point of the receiver operating characteristic: all detections of at least this confidence.
struct RocPoint {
  double confidence = 0;
  std::size_t found = 0;
  std::size_t false_alarms = 0;
  double pd = 0;
  double false_per_frame = 0;
  double false_per_km2 = 0;
};

/// Counts hits and false alarms. A target hit by several detections is found once, by the most confident;
/// the others are no false alarms.
class Scoreboard {
 public:
  /// Further targets and detections are those of `group` (a bottom, a range band, a shape): tables only.
  std::size_t add_target(std::string group) {
    groups_.push_back(std::move(group));
    return groups_.size() - 1;
  }
  void add_detection(ScoredDetection detection) { detections_.push_back(std::move(detection)); }
  void add_searched(double frames, double km2) noexcept {
    frames_ += frames;
    km2_ += km2;
  }

  [[nodiscard]] std::size_t targets() const noexcept { return groups_.size(); }
  [[nodiscard]] double frames() const noexcept { return frames_; }
  [[nodiscard]] double km2() const noexcept { return km2_; }
  [[nodiscard]] const std::vector<ScoredDetection>& detections() const noexcept { return detections_; }
  [[nodiscard]] const std::string& group(std::size_t target) const { return groups_[target]; }

  /// One point a distinct confidence, falling confidence.
  [[nodiscard]] std::vector<RocPoint> roc() const;
  /// All detections of at least this confidence.
  [[nodiscard]] RocPoint at(double confidence) const;
  /// Highest Pd with at most so many false alarms a frame, or a square kilometre.
  [[nodiscard]] RocPoint at_false_per_frame(double most) const;
  [[nodiscard]] RocPoint at_false_per_km2(double most) const;
  /// Which targets are hit by a detection of at least this confidence.
  [[nodiscard]] std::vector<bool> found(double confidence) const;

 private:
  [[nodiscard]] RocPoint point(double confidence, std::size_t found, std::size_t false_alarms) const;

  std::vector<std::string> groups_;
  std::vector<ScoredDetection> detections_;
  double frames_ = 0;
  double km2_ = 0;
};

}  // namespace towfish
