#include "detectors/registry.hpp"

#include "detectors/cfar.hpp"
#include "detectors/highlight_shadow.hpp"
#include "detectors/matched_filter.hpp"
#include "detectors/onnx/window_detector.hpp"
#include "detectors/plugin/library_detector.hpp"
#include "detectors/swath_detector.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish {

namespace {

std::unique_ptr<Algorithm> make_algorithm(const AlgorithmSettings& settings) {
  if (settings.name == "highlight_shadow") return std::make_unique<HighlightShadow>();
  if (settings.name == "cfar") return std::make_unique<Cfar>();
  if (settings.name == "matched_filter") return std::make_unique<MatchedFilter>();
  throw UsageError("key 'algorithms.name': found '" + settings.name +
                   "', wanted one of highlight_shadow, cfar, matched_filter");
}

/// The costliest algorithm but the first, which finds the candidates.
void spare_the_costliest(SwathDetector& detector, const std::vector<AlgorithmSettings>& algorithms) {
  constexpr std::string_view kByCost[] = {"highlight_shadow", "cfar", "matched_filter"};
  for (const std::string_view name : kByCost) {
    for (std::size_t k = 1; k < algorithms.size(); ++k) {
      if (algorithms[k].name == name) return detector.spare(k, name);
    }
  }
}

[[noreturn]] void refuse_number(std::size_t found, std::size_t most) {
  throw UsageError("key 'algorithms': found " + std::to_string(found) + " of them, wanted 1 to " +
                   std::to_string(most));
}

/// Behind algorithms, which know no other picture.
void require_chips(const ClassifierSettings& settings) {
  if (settings.width_px == Chip::kSize && settings.height_px == Chip::kSize &&
      settings.before_px == Chip::kSize / 2)
    return;
  throw UsageError("key 'classifier': found an input of " + std::to_string(settings.width_px) + " x " +
                   std::to_string(settings.height_px) + " px, " + std::to_string(settings.before_px) +
                   " of them in front, wanted 64 x 64 and 32 behind algorithms");
}

}  // namespace

std::vector<std::unique_ptr<Algorithm>> make_algorithms(const DetectorSettings& settings) {
  if (settings.algorithms.empty() || settings.algorithms.size() > kMaxAlgorithms) {
    refuse_number(settings.algorithms.size(), kMaxAlgorithms);
  }
  std::vector<std::unique_ptr<Algorithm>> algorithms;
  for (const auto& one : settings.algorithms) algorithms.push_back(make_algorithm(one));
  return algorithms;
}

std::unique_ptr<Detector> make_detector(const DetectorSettings& settings, Side side) {
  const LibrarySettings& own = settings.library;
  if (!own.file.path.empty()) return std::make_unique<LibraryDetector>(own.file, own.settings, side);
  if (!settings.network.model.path.empty()) {
    auto detector = std::make_unique<WindowDetector>(settings.network, settings.least_llr, side);
    if (!settings.classifier.model.path.empty()) {
      detector->ask(std::make_unique<ChipClassifier>(settings.classifier), settings.offset);
    }
    return detector;
  }
  std::vector<Calibration> calibrations;
  for (const auto& one : settings.algorithms) calibrations.push_back(one.calibration);
  auto detector = std::make_unique<SwathDetector>(side, make_algorithms(settings),
                                                  Likelihood(std::move(calibrations), settings.offset),
                                                  settings.least_llr);
  spare_the_costliest(*detector, settings.algorithms);
  if (!settings.classifier.model.path.empty()) {
    if (settings.algorithms.size() == kMaxAlgorithms)
      refuse_number(settings.algorithms.size(), kMaxAlgorithms - 1);
    require_chips(settings.classifier);
    detector->ask(std::make_unique<ChipClassifier>(settings.classifier));
  }
  return detector;
}

}  // namespace towfish
