#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <memory>
#include <opencv2/core/utility.hpp>
#include <optional>
#include <set>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/evaluate_report.hpp"
#include "pipeline/commands/marks.hpp"
#include "pipeline/commands/number_in.hpp"
#include "pipeline/commands/outputs.hpp"
#include "pipeline/commands/seeds.hpp"
#include "pipeline/evaluation/bottom_map.hpp"
#include "pipeline/evaluation/calibration.hpp"
#include "pipeline/evaluation/chip_set.hpp"
#include "pipeline/evaluation/roc_output.hpp"
#include "pipeline/evaluation/trial.hpp"
#include "pipeline/evaluation/window_set.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/logs/picture_log.hpp"
#include "pipeline/process/settings.hpp"
#include "pipeline/process/stop_signal.hpp"
#include "pipeline/settings/settings.hpp"
#include "sim/sidescan.hpp"

namespace towfish::commands {

namespace {

constexpr float kLeastLlrOfCurve = -6.0F;  // the curve goes on below what the detector would report
constexpr int kStopped = 130;

struct EvaluateOptions {
  std::vector<std::string> scenarios;
  std::string seeds;
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
  std::string calibrate;
  std::string chips;
  std::string windows;
};

/// Says on stderr how far it is: on a terminal all the time, else every few seconds.
class TrialProgress {
 public:
  void tell(const std::string& what) {
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < (terminal_ ? 200ms : 5000ms)) return;
    last_ = now;
    std::cerr << (terminal_ ? "\r\033[K" + what : what + "\n") << std::flush;
    shown_ = terminal_;
  }
  ~TrialProgress() {
    if (shown_) std::cerr << "\r\033[K" << std::flush;
  }
  TrialProgress() = default;
  TrialProgress(const TrialProgress&) = delete;
  TrialProgress& operator=(const TrialProgress&) = delete;

 private:
  bool terminal_ = isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_;
};

bool stopped() {
  return process::stop_signals() > 0;
}

/// One evaluation under way.
struct Work {
  const EvaluateOptions& options;
  DetectorSettings detector;
  Evaluation result;
  std::optional<evaluation::ChipSet> chips;
  std::optional<evaluation::WindowSet> windows;
  TrialProgress progress;

  evaluation::Trial run(PingSource& source, const std::string& what) {
    evaluation::TrialOptions trial;
    trial.most_pings = options.pings;
    trial.chips = chips.has_value();
    if (windows) {
      windows->begin(what);
      trial.see = [this](const FrameView& frame) { windows->take(frame); };
    }
    trial.go_on = [&](std::uint64_t pings) {
      progress.tell(fmt::format("{}: ping {}{}", what, pings,
                                source.size() ? fmt::format(" of {}", *source.size()) : ""));
      return !stopped();
    };
    return evaluation::run(source, detector, trial);
  }
  /// `truth`: looks or boxes, which labels_of() takes.
  template <class Truth>
  void done(const evaluation::Trial& trial, const Truth& truth, const std::string& what) {
    done(trial, what);
    if (windows) windows->label(evaluation::labels_of(truth, trial), trial.geometry);
  }
  void done(const evaluation::Trial& trial, const std::string& what) {
    result.add(trial);
    if (chips) chips->add(trial, result.board, what);
  }
};

Scenario scenario_with(const std::string& name, std::optional<std::uint32_t> seed) {
  Scenario scenario;
  settings::read(process::named_file("scenarios", name), scenario);
  if (seed) {
    for (auto& field : scenario.fields) field.seed += *seed - scenario.seed;
    scenario.seed = *seed;
  }
  return scenario;
}

void evaluate_scenarios(Work& work) {
  const auto seeds = parse_seeds(work.options.seeds);
  std::set<std::string> once;
  for (const std::string& name : work.options.scenarios) {
    static_cast<void>(scenario_with(name, {}));  // What is wrong with the last one is told now, too.
    if (!once.insert(name).second) throw UsageError("--scenario: found '" + name + "' twice");
  }
  for (const std::string& name : work.options.scenarios) {
    for (const auto& seed : seeds) {
      if (stopped()) return;
      const Scenario scenario = scenario_with(name, seed);
      Sidescan source(scenario);
      const std::string what = fmt::format("{} seed {}", name, scenario.seed);
      const auto trial = work.run(source, what);
      evaluation::score(trial, source.truth(), work.options.by_distance, work.options.all_objects,
                        work.options.frame_pings, work.result.board, evaluation::bottom_map(scenario));
      work.done(trial, source.truth(), what);
    }
  }
}

void evaluate_log(Work& work) {
  auto marks = evaluation::read_marks(work.options.truth);
  if (const auto others = leave_out_other_logs(marks, work.options.log); others > 0)
    spdlog::info("{}: {} rows of other logs are left out", work.options.truth, others);
  const auto log = open_log(work.options.log, work.options.log_options);
  const auto trial = work.run(*log, work.options.log);
  const auto is_beyond = [&](const evaluation::Mark& mark) { return mark.ping >= trial.pings; };
  if (const auto beyond = std::ranges::count_if(marks, is_beyond); beyond > 0) {
    const bool early = stopped() || trial.pings == work.options.pings;
    spdlog::warn("{}: {} of {} contacts lie beyond the {} pings that were read{}", work.options.truth, beyond,
                 marks.size(), trial.pings, early ? " and are left out" : " and count as missed");
    if (early) std::erase_if(marks, is_beyond);
  }
  evaluation::score(trial, marks, work.options.by_distance, work.options.frame_pings, work.result.board);
  work.done(trial, work.options.log);
}

void evaluate_pictures(Work& work) {
  const std::filesystem::path labels = work.options.labels;
  const std::filesystem::path folder = work.options.pictures;
  if (!std::filesystem::is_directory(labels)) throw InputError(labels.string() + ": no such folder");
  if (!std::filesystem::is_directory(folder)) throw InputError(folder.string() + ": no such folder");
  const auto pictures = pictures_in(folder);
  if (pictures.empty()) throw InputError(folder.string() + ": holds no PNG or JPEG picture");
  work.result.board = Scoreboard(Matching::every_target);
  std::size_t done = 0;
  std::size_t without_labels = 0;
  for (const auto& picture : pictures) {
    if (stopped()) return;
    const auto log = open_log(picture, work.options.log_options);
    auto trial = work.run(*log, fmt::format("picture {} of {}", ++done, pictures.size()));
    trial.km2 = 0;  // The scale of a picture is a guess.
    std::uint64_t height = trial.pings;
    while (log->next() != nullptr) ++height;  // Where the trial ended early.
    const auto label_file = labels / picture.stem().concat(".txt");
    without_labels += std::filesystem::exists(label_file) ? 0 : 1;
    auto boxes = evaluation::read_boxes(label_file, trial.geometry[0].samples + trial.geometry[1].samples,
                                        static_cast<double>(height));
    std::erase_if(boxes,
                  [&](const evaluation::Box& box) { return box.y >= static_cast<double>(trial.pings); });
    evaluation::score(trial, boxes, work.options.by_box, work.result.board);
    work.done(trial, boxes, picture.filename().string());
  }
  if (without_labels > 0)
    spdlog::warn("{}: {} of {} pictures have no label file there and count as without objects",
                 labels.string(), without_labels, done);
}

std::string matching_of(const EvaluateOptions& options) {
  if (options.pictures.empty()) {
    return fmt::format(
        "far edge of the highlight within {:g} m of the target's extent, one detection a target, one target "
        "a "
        "detection; further ones on a target count neither way.",
        options.by_distance.margin_m);
  }
  return fmt::format(
      "far edge of the highlight inside the box grown by {:g} px; further ones count neither way.",
      options.by_box.margin_px);
}

std::vector<std::string> algorithm_names(const DetectorSettings& detector) {
  std::vector<std::string> names;
  if (detector.has_algorithms()) {
    for (const auto& algorithm : detector.algorithms) names.push_back(algorithm.name);
  } else if (!detector.network.model.path.empty()) {
    names.emplace_back("network");
  }
  if (!detector.classifier.model.path.empty()) names.emplace_back("classifier");
  return names;
}

void evaluate_inputs(Work& work) {
  const EvaluateOptions& options = work.options;
  if (!options.scenarios.empty()) {
    evaluate_scenarios(work);
  } else if (!options.log.empty()) {
    evaluate_log(work);
  } else if (!options.pictures.empty()) {
    evaluate_pictures(work);
  } else {
    throw UsageError("evaluate: wanted one of --scenario, --log with --truth, or --pictures with --labels");
  }
}

std::string made_from(const EvaluateOptions& options) {
  if (!options.log.empty()) return options.log;
  if (!options.pictures.empty()) return options.pictures;
  return fmt::format("{}, seeds {}", fmt::join(options.scenarios, ", "),
                     options.seeds.empty() ? "their own" : options.seeds);
}

void write_calibration(const EvaluateOptions& options, const DetectorSettings& detector,
                       const Scoreboard& board) {
  const auto report = evaluation::calibrate(board, detector);
  std::ofstream out(options.calibrate);
  out << evaluation::calibration_file(report, made_from(options));
  if (!out.flush()) throw std::runtime_error(options.calibrate + ": cannot be written");
  spdlog::info("{}: calibrated with {} objects and {} other candidates", options.calibrate, report.objects,
               report.others);
}

void check_outputs(const EvaluateOptions& options) {
  const std::vector<Output> outputs{
      {"--roc-csv", options.roc_csv}, {"--roc-png", options.roc_png}, {"--calibrate", options.calibrate}};
  std::vector<std::string> inputs{options.log, options.truth,
                                  process::named_file("detectors", options.detector)};
  for (const std::string& name : options.scenarios) inputs.push_back(process::named_file("scenarios", name));
  refuse_overwriting(outputs, inputs);
  require_writable(outputs);
}

int evaluate(const EvaluateOptions& options) {
  process::catch_stop_signals();
  cv::setNumThreads(1);  // As in a run: what is told of its speed is that of a core.
  check_outputs(options);
  DetectorSettings detector;
  process::read_detector(options.detector, detector);
  if (!options.calibrate.empty() && !detector.library.file.path.empty())
    throw UsageError(
        "--calibrate: a detector of your own has no calibration; its scores are taken as they are");
  Work work{options, detector, {}, {}, {}, {}};
  work.result.matching = matching_of(options);
  work.result.algorithms = algorithm_names(detector);
  work.detector.least_llr = options.least_llr.value_or(std::min(detector.least_llr, kLeastLlrOfCurve));
  work.result.confidence =
      confidence_of(static_cast<double>(std::max(detector.least_llr, work.detector.least_llr)));
  if (!options.calibrate.empty()) work.detector = evaluation::for_calibration(work.detector);
  if (!options.chips.empty()) work.chips.emplace(options.chips);
  if (!options.windows.empty()) work.windows.emplace(options.windows);
  evaluate_inputs(work);
  const Scoreboard& board = work.result.board;
  if (board.targets() == 0) spdlog::warn("no target in the truth: only false alarms are counted");
  if (stopped()) spdlog::warn("stopped: what follows is of the part that was seen");
  if (!options.calibrate.empty() && !stopped()) write_calibration(options, detector, board);
  if (!options.roc_csv.empty()) evaluation::write_roc_csv(options.roc_csv, board.roc());
  if (!options.roc_png.empty()) evaluation::write_roc_picture(options.roc_png, board.roc());
  options.json ? print_json(work.result) : print_text(work.result);
  return stopped() ? kStopped : 0;
}

void add_inputs(CLI::App& command, EvaluateOptions& options) {
  auto* scenario =
      command.add_option("--scenario", options.scenarios, "Simulator scenarios: names or YAML files")
          ->delimiter(',');
  command.add_option("--seed", options.seeds, "Seeds of each, such as 5 or 1-4,9 (default: its own)")
      ->needs(scenario);
  command.add_flag("--all-objects", options.all_objects, "NOMBOs placed by the simulator are targets too")
      ->needs(scenario);
  auto* log = command.add_option("--log", options.log, "Recorded log");
  auto* truth = command.add_option(
      "--truth", options.truth,
      "What is in it: kind,side,ping,sample,last_ping,last_sample, or a contacts.csv or truth.csv");
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
  command.add_option("--range-m", options.log_options.range_m, "Pictures: range a side (default 30)")
      ->check(number_in(0.1, 5000.0));
  command
      .add_option("--ping-spacing-m", options.log_options.ping_spacing_m,
                  "Pictures: metres a row (default: square pixels)")
      ->check(number_in(0.001, 100.0));
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
      ->check(number_in(0.0, 1000.0));
  command->add_option("--margin-m", options->by_distance.margin_m, "How far from a target a hit may lie")
      ->capture_default_str()
      ->check(number_in(0.0, 1000.0));
  command->add_option("--detector", options->detector, "A name in config/detectors, or a file")
      ->capture_default_str();
  command->add_option("--least-llr", options->least_llr, "How far down the ROC goes (default: -6)")
      ->check(number_in(-1000.0, 1000.0));
  command->add_option("--pings", options->pings, "Stop after so many pings")->check(CLI::PositiveNumber);
  command->add_option("--frame-pings", options->frame_pings, "Pings a frame, for false alarms a frame")
      ->capture_default_str()
      ->check(number_in(1.0, 4096.0));
  command->add_flag("--json", options->json, "Print one JSON object");
  command->add_option("--roc-csv", options->roc_csv, "Write the curve as CSV");
  command->add_option("--roc-png", options->roc_png, "Write the curve as a picture");
  command->add_option("--calibrate", options->calibrate,
                      "Fit the detector's calibration to this truth and write it as a detectors file");
  command->add_option("--chips", options->chips,
                      "Folder for the detections' chips with their verdicts, to train classifiers on");
  command
      ->add_option("--windows", options->windows,
                   "Folder for conditioned pictures with YOLO labels, to train networks on that find objects")
      ->excludes("--log");
  command->callback([options, &run] { run = [options] { return evaluate(*options); }; });
}

}  // namespace towfish::commands
