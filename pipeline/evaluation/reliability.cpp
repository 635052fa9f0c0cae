#include "pipeline/evaluation/reliability.hpp"

#include <algorithm>
#include <cmath>

namespace towfish::evaluation {

std::vector<ReliabilityBin> reliability(const Scoreboard& board, double least_confidence) {
  constexpr std::size_t kBins = 10;
  std::vector<ReliabilityBin> bins(kBins);
  for (std::size_t i = 0; i < kBins; ++i) {
    bins[i].from = static_cast<double>(i) / kBins;
    bins[i].to = static_cast<double>(i + 1) / kBins;
  }
  const auto verdicts = board.verdicts();
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const double stated = board.detections()[i].confidence;
    if (stated < least_confidence) continue;
    if (verdicts[i] != Verdict::hit && verdicts[i] != Verdict::false_alarm) continue;
    auto& bin = bins[std::min(kBins - 1, static_cast<std::size_t>(stated * kBins))];
    ++bin.detections;
    bin.right += verdicts[i] == Verdict::hit;
    bin.stated += stated;
  }
  for (auto& bin : bins) {
    if (bin.detections > 0) bin.stated /= static_cast<double>(bin.detections);
  }
  return bins;
}

double calibration_error(const std::vector<ReliabilityBin>& bins) noexcept {
  double error = 0;
  double all = 0;
  for (const auto& bin : bins) {
    error += static_cast<double>(bin.detections) * std::abs(bin.stated - bin.observed());
    all += static_cast<double>(bin.detections);
  }
  return all > 0 ? error / all : 0.0;
}

}  // namespace towfish::evaluation
