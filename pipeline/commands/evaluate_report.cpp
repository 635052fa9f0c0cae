#include "pipeline/commands/evaluate_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/evaluation/reliability.hpp"

namespace towfish::commands {

namespace {

std::string with_interval(std::size_t hits, std::size_t trials) {
  const Interval interval = wilson(hits, trials);
  return fmt::format("{:.3f} ({}/{}, 95 % {:.3f} to {:.3f})",
                     trials > 0 ? static_cast<double>(hits) / static_cast<double>(trials) : 0.0, hits, trials,
                     interval.low, interval.high);
}

struct Row {
  std::size_t targets = 0;
  std::size_t found = 0;
  std::size_t false_alarms = 0;
};

/// By table, by row.
std::map<std::string, std::map<std::string, Row>> tables_of(const Evaluation& evaluation) {
  const Scoreboard& board = evaluation.board;
  std::map<std::string, std::map<std::string, Row>> tables;
  const auto found = board.found(evaluation.confidence);
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const auto& [table, row] : board.tags(i)) {
      ++tables[table][row].targets;
      tables[table][row].found += found[i];
    }
  }
  const auto verdicts = board.verdicts();
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const ScoredDetection& detection = board.detections()[i];
    if (verdicts[i] != Verdict::false_alarm || detection.confidence < evaluation.confidence) continue;
    for (const auto& [table, row] : detection.tags) ++tables[table][row].false_alarms;
  }
  return tables;
}

void print_tables(const Evaluation& evaluation) {
  for (const auto& [table, rows] : tables_of(evaluation)) {
    std::cout << fmt::format("By {}:\n", table);
    const bool has_false = table != "shape" && table != "label";
    for (const auto& [name, row] : rows) {
      std::cout << fmt::format("  {:<24} Pd {:<44}{}\n", name,
                               row.targets > 0 ? with_interval(row.found, row.targets) : "-",
                               has_false ? fmt::format(" {} false alarms", row.false_alarms) : "");
    }
  }
}

void print_points(const Evaluation& evaluation) {
  const Scoreboard& board = evaluation.board;
  for (const double most : {0.1, 0.5, 1.0, 2.0, 5.0}) {
    const RocPoint p = board.at_false_per_frame(most);
    std::cout << fmt::format("At {:g} false alarms a frame: Pd {} from confidence {:.2f}\n", most,
                             with_interval(p.found, board.targets()), p.confidence);
  }
  for (const double most : {5.0, 10.0, 30.0}) {
    if (board.km2() <= 0) break;
    const RocPoint p = board.at_false_per_km2(most);
    std::cout << fmt::format("At {:g} false alarms per km2: Pd {} from confidence {:.2f}\n", most,
                             with_interval(p.found, board.targets()), p.confidence);
  }
}

void print_algorithms(const Evaluation& evaluation) {
  if (evaluation.algorithms.size() < 2) return;
  const bool per_km2 = evaluation.board.km2() > 0;
  std::cout << fmt::format("By algorithm, each alone on the same candidates, Pd at {}:\n",
                           per_km2 ? "5, 10, 30 false alarms per km2" : "0.1, 0.5, 1 false alarms a frame");
  const auto row = [per_km2](const std::string& name, const Scoreboard& board) {
    std::string text = fmt::format("  {:<24}", name);
    if (per_km2) {
      for (const double most : {5.0, 10.0, 30.0})
        text += fmt::format(" {:.3f}", board.at_false_per_km2(most).pd);
    } else {
      for (const double most : {0.1, 0.5, 1.0})
        text += fmt::format(" {:.3f}", board.at_false_per_frame(most).pd);
    }
    std::cout << text << '\n';
  };
  for (std::size_t k = 0; k < evaluation.algorithms.size(); ++k) {
    row(evaluation.algorithms[k], evaluation.board.by_algorithm(k));
  }
  row("all together", evaluation.board);
}

void print_reliability(const Evaluation& evaluation) {
  const auto bins = evaluation::reliability(evaluation.board, evaluation.confidence);
  std::cout << fmt::format("Reliability (calibration error {:.3f}):\n", evaluation::calibration_error(bins));
  for (const auto& bin : bins) {
    if (bin.detections == 0) continue;
    std::cout << fmt::format("  {:.1f} to {:.1f}: stated {:.2f}, right {}\n", bin.from, bin.to, bin.stated,
                             with_interval(bin.right, bin.detections));
  }
}

}  // namespace

void Evaluation::add(const evaluation::Trial& trial) {
  seconds += trial.seconds;
  samples += trial.samples;
  detections += trial.detections.size();
  for (const auto& d : trial.detections) taken_for_milco += d.contact_class == ContactClass::milco;
}

void print_json(const Evaluation& evaluation) {
  const Scoreboard& board = evaluation.board;
  const RocPoint now = board.at(evaluation.confidence);
  nlohmann::json roc = nlohmann::json::array();
  for (const RocPoint& p : board.roc()) {
    roc.push_back({{"confidence", p.confidence},
                   {"pd", p.pd},
                   {"false_per_frame", p.false_per_frame},
                   {"false_per_km2", p.false_per_km2}});
  }
  nlohmann::json bins = nlohmann::json::array();
  for (const auto& bin : evaluation::reliability(board, evaluation.confidence)) {
    bins.push_back({{"from", bin.from},
                    {"to", bin.to},
                    {"detections", bin.detections},
                    {"right", bin.right},
                    {"stated", bin.stated},
                    {"observed", bin.observed()}});
  }
  const nlohmann::json whole = {{"truth", board.targets()},
                                {"frames", std::ceil(board.frames())},
                                {"pd", now.pd},
                                {"false_per_frame", now.false_per_frame},
                                {"false_per_km2", now.false_per_km2},
                                {"roc", roc},
                                {"reliability", bins}};
  std::cout << whole.dump(2) << '\n';
}

void print_text(const Evaluation& evaluation) {
  const Scoreboard& board = evaluation.board;
  const RocPoint now = board.at(evaluation.confidence);
  std::cout << "Match: " << evaluation.matching << '\n'
            << fmt::format("At confidence {:.2f}: Pd {}, {:.3f} false alarms a frame", evaluation.confidence,
                           with_interval(now.found, board.targets()), now.false_per_frame);
  std::cout << (board.km2() > 0
                    ? fmt::format(", {:.1f} per km2\n", now.false_per_km2)
                    : ", over an area that is not known (pictures, or no ping tells its speed)\n");
  print_points(evaluation);
  print_tables(evaluation);
  print_algorithms(evaluation);
  print_reliability(evaluation);
  std::cout << fmt::format(
      "{} detections ({} taken for MILCO), {}{:.0f} frames, {:.1f} Msamples/s\n", evaluation.detections,
      evaluation.taken_for_milco, board.km2() > 0 ? fmt::format("{:.3f} km2, ", board.km2()) : "",
      board.frames(), static_cast<double>(evaluation.samples) / std::max(evaluation.seconds, 1e-9) * 1e-6);
}

}  // namespace towfish::commands
