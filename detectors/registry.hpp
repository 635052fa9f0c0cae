#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detectors/algorithm.hpp"
#include "detectors/detector.hpp"
#include "detectors/likelihood.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish {

/// One algorithm of a detector, by name.
struct AlgorithmSettings {
  std::string name = "highlight_shadow";
  Calibration calibration{.even = 5.0F, .slope = 6.0F, .weight = 1.0F};

  template <class Visitor>
  void describe(Visitor& v) {
    v.text("name", name, "Which one: highlight_shadow.");
    v.group("calibration", calibration, "From score to log-likelihood ratio; made by towfish evaluate.");
  }
};

/// What a detector is made of: config/detectors/*.yaml.
struct DetectorSettings {
  float least_llr = -1.5F;
  std::vector<AlgorithmSettings> algorithms{AlgorithmSettings{}};

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("least_llr", least_llr, "nats", -20, 20,
             "Candidates with a lower log-likelihood ratio are not reported.");
    v.list("algorithms", algorithms, "They all look at every cell; their log-likelihood ratios are added.");
  }
};

/// Makes a detector for one side. Throws UsageError naming the key and what was wanted.
std::unique_ptr<Detector> make_detector(const DetectorSettings& settings, Side side);

/// The algorithms by themselves, for whoever wants their scores (calibration). Throws UsageError.
std::vector<std::unique_ptr<Algorithm>> make_algorithms(const DetectorSettings& settings);

}  // namespace towfish
