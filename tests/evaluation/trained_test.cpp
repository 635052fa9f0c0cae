#include <gtest/gtest.h>

#include <filesystem>

#include "pipeline/evaluation/trial.hpp"
#include "pipeline/settings/settings.hpp"
#include "sim/sidescan.hpp"

namespace towfish::evaluation {
namespace {

const std::filesystem::path kConfig = std::filesystem::path(TOWFISH_SOURCE_DIR) / "config";

/// Mines found before the second false alarm in the first pings of a scenario with a seed that nothing was
/// trained or chosen on; `targets` of them can be seen.
std::size_t found_by(const char* detector, const char* name, std::uint64_t pings, std::size_t& targets) {
  constexpr std::uint32_t kSeed = 2201;
  Scenario scenario;
  settings::read(kConfig / "scenarios" / name, scenario);
  for (auto& field : scenario.fields) field.seed += kSeed - scenario.seed;
  scenario.seed = kSeed;
  DetectorSettings settings;
  settings::read(kConfig / "detectors" / detector, settings);
  Sidescan source(scenario);
  TrialOptions options;
  options.most_pings = pings;
  Scoreboard board;
  score(run(source, settings, options), source.truth(), {}, false, 16, board);
  targets = board.targets();
  std::size_t found = 0;
  for (const RocPoint& point : board.roc()) {
    if (point.false_alarms <= 1) found = std::max(found, point.found);
  }
  return found;
}

TEST(Trained, FindsMinesAmongStonesThatTheDefaultDetectorMisses) {
  std::size_t targets = 0;
  const std::size_t by_default = found_by("default.yaml", "rocky.yaml", 1000, targets);
  const std::size_t found = found_by("trained.yaml", "rocky.yaml", 1000, targets);
  ASSERT_GE(targets, 10U);
  EXPECT_GE(found, targets / 2);
  EXPECT_LE(by_default, targets / 4);
}

TEST(Judged, FindsMinesOnMixedBottomsThatTheDefaultDetectorMisses) {
  std::size_t targets = 0;
  const std::size_t by_default = found_by("default.yaml", "mixed-survey.yaml", 2500, targets);
  const std::size_t found = found_by("judged.yaml", "mixed-survey.yaml", 2500, targets);
  ASSERT_GE(targets, 20U);
  EXPECT_GE(found, targets * 8 / 10);
  EXPECT_LT(by_default + 3, found);
}

}  // namespace
}  // namespace towfish::evaluation
