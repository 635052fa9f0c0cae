// How well fusion does on simulated surveys that pass every object several times. Simulates, detects and
// keeps the reports of each once (minutes), then fuses them in seconds, with the positions shifted by a
// navigation error a line, and once more line by line, as if nothing had been seen again:
//   mixed_survey NAVIGATION_ERROR_M NAVIGATION_SEEDS SCENARIO.yaml REPORTS.gpkg [SCENARIO.yaml
//   REPORTS.gpkg]...
// With TOWFISH_DUMP=FILE every look and contact goes there as CSV.

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "pipeline/settings/settings.hpp"
#include "tests/bench/mixed_survey/survey_reports.hpp"
#include "tests/bench/mixed_survey/survey_run.hpp"
#include "tests/bench/mixed_survey/survey_scores.hpp"

namespace towfish::mixed_survey {
namespace {

/// One line a look: how far it is from its object, along and across, next to the error stated.
void dump(std::ostream& out, const std::string& survey, const SurveyRun& run, const Truth& truth,
          const Shifter& shifter) {
  for (const Judged& j : run.contacts) {
    for (std::size_t i = 0; i < j.looks.size(); ++i) {
      const Look& look = j.looks[i];
      double along = kUnknownDegrees;
      double across = kUnknownDegrees;
      const double heading = static_cast<double>(look.heading_deg) * M_PI / 180;
      if (j.objects[i] != 0) {
        const TruthLook& object = truth.at(j.objects[i]);
        const auto off = LocalPlane({object.latitude_deg, object.longitude_deg})
                             .to_local(shifter.shifted(look.position, look.ping, -1));
        along = off.east_m * std::sin(heading) + off.north_m * std::cos(heading);
        across = (off.east_m * std::cos(heading) - off.north_m * std::sin(heading)) *
                 (look.side == Side::port ? -1 : 1);
      }
      const std::string shape = j.objects[i] != 0 ? truth.at(j.objects[i]).shape : "none";
      fmt::print(out,
                 "{},{},{},{},{:.2f},{},{},{},{},{:.2f},{:.2f},{:.2f},{:.1f},{:.3f},{:.3f},{:.2f},{:.2f}\n",
                 survey, j.contact.id, j.object, shape, j.contact.llr, j.contact.misses, look.id, look.pass,
                 j.objects[i], look.llr, look.ground_range_m, look.altitude_m, look.heading_deg, along,
                 across, look.length_m, look.width_m);
    }
  }
}

int run(int argc, char** argv) {
  if (argc < 5 || argc % 2 == 0) {
    fmt::print(stderr, "usage: mixed_survey NAVIGATION_ERROR_M NAVIGATION_SEEDS SCENARIO REPORTS ...\n");
    return 2;
  }
  const double error_m = std::atof(argv[1]);
  const auto seeds = static_cast<unsigned>(std::atoi(argv[2]));
  constexpr std::array kConfidences{0.0, 0.5, 0.9, 0.97};
  std::array<Figures, kConfidences.size()> sum;
  std::array<Figures, kConfidences.size()> sum_large;
  Scores again;
  Scores once;
  std::ofstream dump_file;
  if (const char* name = std::getenv("TOWFISH_DUMP")) dump_file.open(name);
  for (int i = 3; i + 1 < argc; i += 2) {
    Scenario scenario;
    settings::read(std::filesystem::path(argv[i]), scenario);
    const bool known = std::filesystem::exists(argv[i + 1]);
    Store reports(argv[i + 1], Store::Mode::write);
    if (!known) report_survey(scenario, reports);
    Sidescan sonar(scenario);
    const std::vector<TruthLook> looks = sonar.truth();
    const std::uint64_t pings = sonar.size().value_or(0);
    const Truth truth = visible(looks, 0, pings);
    for (unsigned seed = 1; seed <= seeds; ++seed) {
      const Shifter shifter(error_m, 1000 * static_cast<unsigned>(i) + seed, pings);
      const SurveyRun all = fuse_lines(reports, error_m, shifter, 0, pings + 1'000'000, truth);
      for (std::size_t c = 0; c < kConfidences.size(); ++c) {
        const Figures figures = compare(all, truth, kConfidences[c], false);
        sum[c] += figures;
        sum_large[c] += compare(all, truth, kConfidences[c], true);
        if (c == 1) print(figures, fmt::format("{} seed {}", argv[i], seed));
      }
      again.add(all, truth);
      if (dump_file.is_open()) dump(dump_file, fmt::format("{}-{}", i, seed), all, truth, shifter);
      for (std::uint64_t line = 0; line < kLines; ++line) {
        const std::uint64_t first = line * pings / kLines;
        const std::uint64_t end = line + 1 == kLines ? pings + 1'000'000 : (line + 1) * pings / kLines;
        const Truth seen = visible(looks, first, end);
        once.add(fuse_lines(reports, error_m, shifter, first, end, truth), seen);
      }
    }
  }
  for (std::size_t c = 0; c < kConfidences.size(); ++c)
    print(sum[c], fmt::format("all, confidence >= {:.2f}", kConfidences[c]));
  for (std::size_t c = 0; c < kConfidences.size(); ++c)
    print(sum_large[c], fmt::format("wrecks and pipes, confidence >= {:.2f}", kConfidences[c]));
  print_alarms(once, again);
  return 0;
}

}  // namespace
}  // namespace towfish::mixed_survey

int main(int argc, char** argv) {
  return towfish::mixed_survey::run(argc, argv);
}
