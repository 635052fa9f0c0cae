#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// 95 % confidence interval of a proportion (Wilson 1927, score interval).
struct Interval {
  double low = 0;
  double high = 1;
};
Interval wilson(std::size_t hits, std::size_t trials) noexcept;

/// Confidence that stands for a log-likelihood ratio at even prior odds.
double confidence_of(double llr) noexcept;

/// What a target or a false alarm is counted under in tables: "range" near, "bottom" fine_sand ...
using Tags = std::vector<std::pair<std::string, std::string>>;

/// One detection, with what is really there where it is.
struct ScoredDetection {
  double confidence = 0;
  std::vector<std::size_t> targets;  ///< Those that it may stand for, nearest first, by add_target().
  bool ignored = false;              ///< Else hits none, and is not counted as a false alarm either.
  Tags tags;
  float llr = 0;
  std::array<float, kMaxAlgorithms> llr_by_algorithm{};
};

/// What became of a detection in the count.
enum class Verdict : std::uint8_t {
  hit,
  again,  ///< Its targets were found already: counts neither way.
  false_alarm,
  ignored,
};

/// Whether a detection can stand for several targets.
enum class Matching : std::uint8_t {
  /// Each detection for one target at most and each target for one detection: the more confident choose
  /// first, and give way where that finds one target more (augmenting paths, Kuhn 1955).
  one_to_one,
  every_target,  ///< A detection finds all targets that it hits: labels that carry an object twice.
};

/// A point of the receiver operating characteristic: all detections of at least this confidence.
struct RocPoint {
  double confidence = 0;
  std::size_t found = 0;
  std::size_t false_alarms = 0;
  double pd = 0;
  double false_per_frame = 0;
  double false_per_km2 = 0;  ///< NaN where no area is known.
};

/// Counts hits and false alarms.
class Scoreboard {
 public:
  Scoreboard() = default;
  explicit Scoreboard(Matching matching) : matching_(matching) {}

  std::size_t add_target(Tags tags) {
    tags_.push_back(std::move(tags));
    return tags_.size() - 1;
  }
  void add_detection(ScoredDetection detection) { detections_.push_back(std::move(detection)); }
  void add_searched(double frames, double km2) noexcept {
    frames_ += frames;
    km2_ += km2;
  }

  [[nodiscard]] std::size_t targets() const noexcept { return tags_.size(); }
  [[nodiscard]] double frames() const noexcept { return frames_; }
  [[nodiscard]] double km2() const noexcept { return km2_; }
  [[nodiscard]] const std::vector<ScoredDetection>& detections() const noexcept { return detections_; }
  [[nodiscard]] const Tags& tags(std::size_t target) const { return tags_[target]; }

  /// The same detections, ranked by what algorithm `k` says alone.
  [[nodiscard]] Scoreboard by_algorithm(std::size_t k) const;

  /// One point a distinct confidence, falling confidence.
  [[nodiscard]] std::vector<RocPoint> roc() const;
  /// All detections of at least this confidence.
  [[nodiscard]] RocPoint at(double confidence) const;
  /// Highest Pd with at most so many false alarms a frame, or a square kilometre.
  [[nodiscard]] RocPoint at_false_per_frame(double most) const;
  [[nodiscard]] RocPoint at_false_per_km2(double most) const;
  /// What becomes of every detection, in the order in which they were added, if all count.
  [[nodiscard]] std::vector<Verdict> verdicts() const;
  /// Which targets are found by the detections of at least this confidence.
  [[nodiscard]] std::vector<bool> found(double confidence) const;

 private:
  [[nodiscard]] RocPoint point(double confidence, std::size_t found, std::size_t false_alarms) const;
  [[nodiscard]] std::vector<std::size_t> order() const;

  Matching matching_ = Matching::one_to_one;
  std::vector<Tags> tags_;
  std::vector<ScoredDetection> detections_;
  double frames_ = 0;
  double km2_ = 0;
};

}  // namespace towfish
