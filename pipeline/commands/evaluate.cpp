#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/commands/commands.hpp"
#include "pipeline/evaluation/roc_output.hpp"
#include "pipeline/evaluation/trial.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/logs/picture_log.hpp"
#include "pipeline/process/settings.hpp"
#include "pipeline/settings/settings.hpp"
#include "sim/sidescan.hpp"

namespace towfish::commands {

namespace {

constexpr float kLeastLlrOfCurve = -6.0F;  // the curve goes on below what the detector would report

struct EvaluateOptions {
  std::string scenario;
  std::optional<std::uint32_t> seed;
  bool all_objects = false;
  std::string log;
  std::string truth;
  std::string pictures;
  std::string labels;
  std::string detector = "default";
  std::optional<float> least_llr;
  LogOptions log_options;
  evaluation::MatchByDistance by_distance;
  evaluation::MatchByBox by_box;
  std::uint64_t pings = UINT64_MAX;
  double frame_pings = 16;
  bool json = false;
  std::string roc_csv;
  std::string roc_png;
};

struct Outcome {
  Scoreboard board;
  double seconds = 0;
  std::uint64_t samples = 0;
  std::size_t detections = 0;
  std::size_t taken_for_milco = 0;

  void add(const evaluation::Trial& trial) {
    seconds += trial.seconds;
    samples += trial.samples;
    detections += trial.detections.size();
    for (const auto& d : trial.detections) taken_for_milco += d.contact_class == ContactClass::milco;
  }
};

void evaluate_scenario(const EvaluateOptions& options, const DetectorSettings& detector, Outcome& outcome) {
  Scenario scenario;
  settings::read(process::named_file("scenarios", options.scenario), scenario);
  if (options.seed) {
    for (auto& field : scenario.fields) field.seed += *options.seed - scenario.seed;
    scenario.seed = *options.seed;
  }
  Sidescan source(scenario);
  const auto trial = evaluation::run(source, detector, options.pings);
  evaluation::score(trial, source.truth(), options.by_distance, options.all_objects, options.frame_pings,
                    outcome.board);
  outcome.add(trial);
}

void evaluate_log(const EvaluateOptions& options, const DetectorSettings& detector, Outcome& outcome) {
  const auto marks = evaluation::read_marks(options.truth);
  const auto log = open_log(options.log, options.log_options);
  const auto trial = evaluation::run(*log, detector, options.pings);
  evaluation::score(trial, marks, options.by_distance, options.frame_pings, outcome.board);
  outcome.add(trial);
}

void evaluate_pictures(const EvaluateOptions& options, const DetectorSettings& detector, Outcome& outcome) {
  const std::filesystem::path labels = options.labels;
  if (!std::filesystem::is_directory(labels)) throw InputError(labels.string() + ": no such folder");
  if (!std::filesystem::is_directory(options.pictures))
    throw InputError(options.pictures + ": no such folder");
  const auto pictures = pictures_in(options.pictures);
  if (pictures.empty()) throw InputError(options.pictures + ": holds no PNG or JPEG picture");
  std::size_t done = 0;
  for (const auto& picture : pictures) {
    const auto log = open_log(picture, options.log_options);
    const auto trial = evaluation::run(*log, detector, options.pings);
    const auto boxes = evaluation::read_boxes(labels / picture.stem().concat(".txt"),
                                              trial.geometry[0].samples + trial.geometry[1].samples,
                                              static_cast<double>(trial.pings));
    evaluation::score(trial, boxes, options.by_box, outcome.board);
    outcome.add(trial);
    if (++done % 25 == 0 && isatty(STDERR_FILENO)) {
      std::cerr << fmt::format("\r{} of {} pictures", done, pictures.size());
    }
  }
  if (isatty(STDERR_FILENO)) std::cerr << '\n';
}

void print_json(const Outcome& outcome, double confidence) {
  const RocPoint now = outcome.board.at(confidence);
  nlohmann::json roc = nlohmann::json::array();
  for (const RocPoint& p : outcome.board.roc()) {
    roc.push_back({{"confidence", p.confidence},
                   {"pd", p.pd},
                   {"false_per_frame", p.false_per_frame},
                   {"false_per_km2", p.false_per_km2}});
  }
  const nlohmann::json whole = {
      {"truth", outcome.board.targets()},       {"frames", std::ceil(outcome.board.frames())}, {"pd", now.pd},
      {"false_per_frame", now.false_per_frame}, {"false_per_km2", now.false_per_km2},          {"roc", roc}};
  std::cout << whole.dump(2) << '\n';
}

std::string with_interval(std::size_t hits, std::size_t trials) {
  const Interval interval = wilson(hits, trials);
  return fmt::format("{:.3f} ({}/{}, 95 % {:.3f} to {:.3f})",
                     trials > 0 ? static_cast<double>(hits) / static_cast<double>(trials) : 0.0, hits, trials,
                     interval.low, interval.high);
}

void print_groups(const Outcome& outcome, double confidence) {
  const auto found = outcome.board.found(confidence);
  std::map<std::string, std::pair<std::size_t, std::size_t>> groups;
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto& [hits, all] = groups[outcome.board.group(i)];
    hits += found[i];
    ++all;
  }
  for (const auto& [group, counts] : groups) {
    std::cout << fmt::format("  {:<28} Pd {}\n", group, with_interval(counts.first, counts.second));
  }
}

void print_text(const EvaluateOptions& options, const Outcome& outcome, double confidence) {
  const Scoreboard& board = outcome.board;
  if (options.pictures.empty()) {
    std::cout << fmt::format("Match: far edge of the highlight within {:g} m of the target.\n",
                             options.by_distance.margin_m);
  } else {
    std::cout << fmt::format("Match: far edge of the highlight inside the box grown by {:g} px.\n",
                             options.by_box.margin_px);
  }
  const RocPoint now = board.at(confidence);
  std::cout << fmt::format("At confidence {:.2f}: Pd {}, {:.3f} false alarms a frame, {:.1f} per km2\n",
                           confidence, with_interval(now.found, board.targets()), now.false_per_frame,
                           now.false_per_km2);
  print_groups(outcome, confidence);
  for (const double most : {0.1, 0.5, 1.0, 2.0, 5.0}) {
    const RocPoint p = board.at_false_per_frame(most);
    std::cout << fmt::format("At {:g} false alarms a frame: Pd {} from confidence {:.2f}\n", most,
                             with_interval(p.found, board.targets()), p.confidence);
  }
  for (const double most : {5.0, 10.0, 30.0}) {
    if (board.km2() <= 0 || !options.pictures.empty()) break;
    const RocPoint p = board.at_false_per_km2(most);
    std::cout << fmt::format("At {:g} false alarms per km2: Pd {} from confidence {:.2f}\n", most,
                             with_interval(p.found, board.targets()), p.confidence);
  }
  std::cout << fmt::format(
      "{} detections ({} taken for MILCO), {:.3f} km2, {:.0f} frames, {:.1f} Msamples/s\n",
      outcome.detections, outcome.taken_for_milco, board.km2(), board.frames(),
      static_cast<double>(outcome.samples) / std::max(outcome.seconds, 1e-9) * 1e-6);
}

int evaluate(const EvaluateOptions& options) {
  DetectorSettings detector;
  settings::read(process::named_file("detectors", options.detector), detector);
  const double confidence = confidence_of(static_cast<double>(detector.least_llr));
  detector.least_llr = options.least_llr.value_or(std::min(detector.least_llr, kLeastLlrOfCurve));
  Outcome outcome;
  if (!options.scenario.empty()) {
    evaluate_scenario(options, detector, outcome);
  } else if (!options.log.empty()) {
    evaluate_log(options, detector, outcome);
  } else if (!options.pictures.empty()) {
    evaluate_pictures(options, detector, outcome);
  } else {
    throw UsageError("evaluate: wanted one of --scenario, --log with --truth, or --pictures with --labels");
  }
  if (!options.roc_csv.empty()) evaluation::write_roc_csv(options.roc_csv, outcome.board.roc());
  if (!options.roc_png.empty()) evaluation::write_roc_picture(options.roc_png, outcome.board.roc());
  options.json ? print_json(outcome, confidence) : print_text(options, outcome, confidence);
  return 0;
}

void add_inputs(CLI::App& command, EvaluateOptions& options) {
  auto* scenario =
      command.add_option("--scenario", options.scenario, "Simulator scenario: a name or a YAML file");
  command.add_option("--seed", options.seed, "Seed of the scenario (default: its own)")->needs(scenario);
  command.add_flag("--all-objects", options.all_objects, "NOMBOs placed by the simulator are targets too")
      ->needs(scenario);
  auto* log = command.add_option("--log", options.log, "Recorded log");
  auto* truth = command.add_option("--truth", options.truth,
                                   "Its marked contacts: kind,side,ping,sample,last_ping,last_sample");
  auto* pictures = command.add_option("--pictures", options.pictures, "Folder of waterfall pictures");
  auto* labels = command.add_option("--labels", options.labels, "Folder of their YOLO label files");
  log->needs(truth)->excludes(scenario)->excludes(pictures);
  truth->needs(log);
  pictures->needs(labels)->excludes(scenario);
  labels->needs(pictures);
  command.add_option("--target-classes", options.by_box.targets, "Labels that are truth (default: all)")
      ->delimiter(',');
  command.add_option("--ignore-classes", options.by_box.ignored, "Labels that count neither way")
      ->delimiter(',');
  command.add_option("--range-m", options.log_options.range_m, "Pictures: range a side (default 30)");
  command.add_option("--ping-spacing-m", options.log_options.ping_spacing_m,
                     "Pictures: metres a row (default: square pixels)");
  command.add_option("--nadir-column", options.log_options.nadir_column, "Pictures: first starboard column");
}

}  // namespace

void add_evaluate(CLI::App& app, Run& run) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command = app.add_subcommand(
      "evaluate", "Measures a detector against truth: Pd with 95 % interval, false alarms, ROC.");
  add_inputs(*command, *options);
  command->add_option("--margin-px", options->by_box.margin_px, "How far boxes are grown")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1000.0));
  command->add_option("--margin-m", options->by_distance.margin_m, "How far from a target a hit may lie")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1000.0));
  command->add_option("--detector", options->detector, "A name in config/detectors, or a file")
      ->capture_default_str();
  command->add_option("--least-llr", options->least_llr, "How far down the ROC goes (default: -6)");
  command->add_option("--pings", options->pings, "Stop after so many pings")->check(CLI::PositiveNumber);
  command->add_option("--frame-pings", options->frame_pings, "Pings a frame, for false alarms a frame")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 4096.0));
  command->add_flag("--json", options->json, "Print one JSON object");
  command->add_option("--roc-csv", options->roc_csv, "Write the curve as CSV");
  command->add_option("--roc-png", options->roc_png, "Write the curve as a picture");
  command->callback([options, &run] { run = [options] { return evaluate(*options); }; });
}

}  // namespace towfish::commands
