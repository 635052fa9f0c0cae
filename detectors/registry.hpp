#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detectors/algorithm.hpp"
#include "detectors/detector.hpp"
#include "detectors/likelihood.hpp"
#include "detectors/onnx/network_settings.hpp"
#include "pipeline/sonar/configured_path.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish {

/// One algorithm of a detector, by name.
struct AlgorithmSettings {
  std::string name = "highlight_shadow";
  Calibration calibration;

  template <class Visitor>
  void describe(Visitor& v) {
    v.text("name", name, "Which one: highlight_shadow, cfar or matched_filter.");
    v.group("calibration", calibration, "From score to log-likelihood ratio; made by towfish evaluate.");
  }
};

/// A detector of the user's own (detectors/plugin/detector.h).
struct LibrarySettings {
  ConfiguredPath file;
  std::string settings;

  template <class Visitor>
  void describe(Visitor& v) {
    v.path("path", file, "The shared library, relative to this file. Empty: none.");
    v.text("settings", settings, "Passed to it as it stands.");
  }
};

/// What a detector is made of: config/detectors/*.yaml.
struct DetectorSettings {
  float least_llr = -1.5F;
  float offset = -1.8F;
  /// The first one's peaks are the candidates; the others give their opinion of them.
  std::vector<AlgorithmSettings> algorithms{{"highlight_shadow", {4.0F, 6.5F, 0.5F}},
                                            {"cfar", {4.45F, 7.7F, 0.2F}},
                                            {"matched_filter", {3.55F, 6.9F, 0.35F}}};
  ClassifierSettings classifier;
  NetworkSettings network;
  LibrarySettings library;

  /// Nothing stands in for them.
  [[nodiscard]] bool has_algorithms() const noexcept {
    return library.file.path.empty() && network.model.path.empty();
  }

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("least_llr", least_llr, "nats", -20, 20,
             "Candidates with a lower log-likelihood ratio are not reported.");
    v.number("offset", offset, "nats", -20, 20,
             "Added to the sum over the algorithms: the odds of an object among candidates, by calibration.");
    v.list("algorithms", algorithms,
           "The first one finds candidates, all judge them; their log-likelihood ratios are added.");
    v.group("classifier", classifier,
            "A network that judges what the algorithms, or the network below, have found.");
    v.group("network", network, "A network that finds objects by itself and stands in for the algorithms.");
    v.group("library", library, "A detector of your own, which stands in for all the above.");
  }
};

/// Makes a detector for one side. Throws UsageError naming the key and what was wanted.
std::unique_ptr<Detector> make_detector(const DetectorSettings& settings, Side side);

/// The algorithms by themselves, for whoever wants their scores (calibration). Throws UsageError.
std::vector<std::unique_ptr<Algorithm>> make_algorithms(const DetectorSettings& settings);

}  // namespace towfish
