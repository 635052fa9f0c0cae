#include "pipeline/evaluation/calibration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "pipeline/evaluation/logistic.hpp"
#include "pipeline/settings/settings.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::evaluation {

namespace {

constexpr float kMostLlr = 8;  // as likelihood.hpp limits each ratio and the sum
constexpr double kLeastSlope = 0.05;
constexpr float kAskedAboutAll = -20;  ///< The classifier: an opinion it was not asked for is none.

bool finds_by_itself(const DetectorSettings& settings) {
  return !settings.network.model.path.empty();
}

/// Nothing is added to what its network says: that is the posterior.
bool is_network_alone(const DetectorSettings& settings) {
  return finds_by_itself(settings) && settings.classifier.model.path.empty();
}

/// The calibrations of a detector in the order of Detection::llr_by_algorithm.
std::vector<Calibration*> calibrations_of(DetectorSettings& settings) {
  std::vector<Calibration*> all;
  if (finds_by_itself(settings)) {
    all.push_back(&settings.network.calibration);
  } else {
    for (auto& algorithm : settings.algorithms) all.push_back(&algorithm.calibration);
  }
  if (!settings.classifier.model.path.empty()) all.push_back(&settings.classifier.calibration);
  return all;
}

/// A detection that tells something: which it was, its scores' logarithms, and what was added to the sum.
struct Sample {
  bool object = false;
  std::vector<double> log_scores;
  double rest = 0;
};

std::vector<Sample> samples_of(const Scoreboard& board, const DetectorSettings& settings) {
  DetectorSettings run = for_calibration(settings);
  const auto calibrations = calibrations_of(run);
  const auto verdicts = board.verdicts();
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (verdicts[i] != Verdict::hit && verdicts[i] != Verdict::false_alarm) continue;
    const ScoredDetection& detection = board.detections()[i];
    Sample sample;
    sample.object = verdicts[i] == Verdict::hit;
    double sum = is_network_alone(run) ? 0 : run.offset;
    for (std::size_t k = 0; k < calibrations.size(); ++k) {
      const double ratio = detection.llr_by_algorithm[k];
      sample.log_scores.push_back(ratio + std::log(static_cast<double>(calibrations[k]->even)));
      sum += calibrations[k]->weight * ratio;
    }
    // A sum at its limit does not tell what it was made of.
    if (std::abs(detection.llr) < kMostLlr) sample.rest = detection.llr - sum;
    samples.push_back(std::move(sample));
  }
  return samples;
}

/// `weight_of`: how much an object, and what is none, counts.
Calibration fit_one(const std::vector<Sample>& samples, std::size_t k, std::array<double, 2> weight_of) {
  std::vector<Observation> observations;
  for (const Sample& sample : samples) {
    observations.push_back({{sample.log_scores[k]}, 0, weight_of[sample.object], sample.object});
  }
  const LogisticModel model = fit_logistic(observations, true);
  const double slope = std::clamp(model.coefficients[0], kLeastSlope, 100.0);
  Calibration calibration;
  calibration.slope = static_cast<float>(slope);
  calibration.even = static_cast<float>(std::clamp(std::exp(-model.intercept / slope), 0.01, 1000.0));
  return calibration;
}

double ratio_of(const Calibration& calibration, double log_score) {
  return log_likelihood(calibration, static_cast<float>(std::exp(log_score)));
}

std::vector<std::vector<double>> correlation_of(const std::vector<Observation>& observations,
                                                std::size_t count) {
  std::vector<std::vector<double>> mean(2, std::vector<double>(count, 0.0));
  std::vector<double> size(2, 0.0);
  for (const auto& one : observations) {
    ++size[one.positive];
    for (std::size_t k = 0; k < count; ++k) mean[one.positive][k] += one.inputs[k];
  }
  std::vector<std::vector<double>> sum(count, std::vector<double>(count, 0.0));
  for (const auto& one : observations) {
    const auto off = [&](std::size_t k) {
      return one.inputs[k] - mean[one.positive][k] / size[one.positive];
    };
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = 0; b < count; ++b) sum[a][b] += off(a) * off(b) / size[one.positive];
    }
  }
  auto correlation = sum;
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < count; ++b) {
      const double scale = std::sqrt(sum[a][a] * sum[b][b]);
      correlation[a][b] = scale > 0 ? sum[a][b] / scale : 0.0;
    }
  }
  return correlation;
}

}  // namespace

DetectorSettings for_calibration(DetectorSettings settings) {
  for (Calibration* calibration : calibrations_of(settings)) {
    calibration->weight *= calibration->slope;
    calibration->slope = 1;
  }
  settings.classifier.from_llr = kAskedAboutAll;
  return settings;
}

CalibrationReport calibrate(const Scoreboard& board, const DetectorSettings& settings) {
  CalibrationReport report;
  report.settings = settings;
  const auto samples = samples_of(board, settings);
  report.objects = static_cast<std::size_t>(std::ranges::count(samples, true, &Sample::object));
  report.others = samples.size() - report.objects;
  if (report.objects < kFewest || report.others < kFewest) {
    throw InputError(
        fmt::format("calibration: found {} objects and {} other candidates, wanted at least {} of each: "
                    "more scenarios, seeds or logs, or a lower --least-llr",
                    report.objects, report.others, kFewest));
  }
  const auto calibrations = calibrations_of(report.settings);
  if (is_network_alone(settings)) {
    *calibrations[0] = fit_one(samples, 0, {1, 1});
    calibrations[0]->weight = 1;
    report.correlation = {{1}};
    return report;
  }
  const auto half = static_cast<double>(samples.size()) / 2;
  const std::array<double, 2> alike{half / static_cast<double>(report.others),
                                    half / static_cast<double>(report.objects)};
  for (std::size_t k = 0; k < calibrations.size(); ++k) *calibrations[k] = fit_one(samples, k, alike);
  std::vector<Observation> together;
  for (const Sample& sample : samples) {
    Observation one{{}, sample.rest, 1, sample.object};
    for (std::size_t k = 0; k < calibrations.size(); ++k) {
      one.inputs.push_back(ratio_of(*calibrations[k], sample.log_scores[k]));
    }
    together.push_back(std::move(one));
  }
  const LogisticModel model = fit_logistic(together, true);
  for (std::size_t k = 0; k < calibrations.size(); ++k) {
    calibrations[k]->weight = static_cast<float>(std::min(model.coefficients[k], 2.0));
  }
  report.settings.offset = static_cast<float>(std::clamp(model.intercept, -20.0, 20.0));
  report.correlation = correlation_of(together, calibrations.size());
  return report;
}

std::string calibration_file(const CalibrationReport& report, const std::string& made_from) {
  std::ostringstream out;
  out << "# Calibrated by towfish evaluate on " << made_from << ":\n"
      << fmt::format("# {} objects, {} other candidates. Correlation of the algorithms within these:\n",
                     report.objects, report.others);
  for (const auto& row : report.correlation) out << fmt::format("#   {:.2f}\n", fmt::join(row, " "));
  settings::print(out, report.settings);
  return out.str();
}

}  // namespace towfish::evaluation
