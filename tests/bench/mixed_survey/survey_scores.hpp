#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/bench/mixed_survey/survey_run.hpp"

namespace towfish::mixed_survey {

/// How well contacts and objects match.
struct Figures {
  std::size_t objects = 0;
  std::size_t found = 0;
  std::size_t split = 0;   ///< Objects that are two contacts or more,
  std::size_t merged = 0;  ///< and contacts that are two objects or more.
  std::size_t in_ellipse = 0;
  std::size_t false_alarms = 0;
  double square_m2 = 0;

  Figures& operator+=(const Figures& other) {
    objects += other.objects;
    found += other.found;
    split += other.split;
    merged += other.merged;
    in_ellipse += other.in_ellipse;
    false_alarms += other.false_alarms;
    square_m2 += other.square_m2;
    return *this;
  }
};

void print(const Figures& figures, std::string_view name);

/// Counts contacts of at least this confidence. Large objects (wrecks, pipes) are told apart: several
/// contacts along them are no mistake, and where their middle is depends on what was lit.
Figures compare(const SurveyRun& run, const Truth& truth, double confidence, bool large);

/// Scores of what was found, minus infinity for what was not, and of the false alarms.
struct Scores {
  std::vector<double> objects;
  std::vector<double> false_alarms;
  std::vector<double> resighted;  ///< Those of the false alarms whose place several passes saw well.
  double covered_km2 = 0;
  double twice_km2 = 0;

  void add(const SurveyRun& run, const Truth& truth);
  /// The score at which this share of the objects is found; none: never.
  [[nodiscard]] std::optional<double> score_at(double pd);
};

/// False alarms of single passes and of several, at equal Pd.
void print_alarms(Scores& once, Scores& again);

}  // namespace towfish::mixed_survey
