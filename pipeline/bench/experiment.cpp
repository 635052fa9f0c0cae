#include "pipeline/bench/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pipeline/process/stop_signal.hpp"

namespace towfish::bench {

Spread spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
  return {median, values.front(), values.back()};
}

void run_interleaved(Experiment& experiment, int repetitions) {
  for (int repetition = 1; repetition <= repetitions; ++repetition) {
    for (Case& one : experiment.cases) {
      if (process::stop_signals() > 0) return;
      if (!one.failure.empty()) continue;
      fmt::print(stderr, "{}: {} of {}: {} {}\n", experiment.name, repetition, repetitions, one.series,
                 one.label);
      try {
        for (const auto& [name, value] : one.run()) one.values[name].push_back(value);
      } catch (const std::exception& error) {
        one.failure = error.what();
      }
    }
  }
}

std::string table(const Experiment& experiment) {
  std::string text = fmt::format("{}\n{:<26}{:<12}", experiment.title, "", experiment.x_title);
  for (const std::string& column : experiment.columns) text += fmt::format("{:>26}", column);
  text += "\n";
  for (const Case& one : experiment.cases) {
    text += fmt::format("{:<26}{:<12}", one.series, one.label);
    for (const std::string& column : experiment.columns) {
      const auto found = one.values.find(column);
      if (found == one.values.end()) {
        text += fmt::format("{:>26}", "-");
        continue;
      }
      const Spread s = spread(found->second);
      text += fmt::format("{:>26}", fmt::format("{:.4g} ({:.4g}-{:.4g})", s.median, s.least, s.most));
    }
    text += one.failure.empty() ? "\n" : "  failed: " + one.failure + "\n";
  }
  return text;
}

nlohmann::json json(const Experiment& experiment) {
  nlohmann::json cases = nlohmann::json::array();
  for (const Case& one : experiment.cases) {
    nlohmann::json figures = nlohmann::json::object();
    for (const auto& [name, values] : one.values) {
      const Spread s = spread(values);
      figures[name] = {{"median", s.median}, {"least", s.least}, {"most", s.most}, {"values", values}};
    }
    cases.push_back({{"series", one.series}, {"label", one.label}, {"x", one.x}, {"figures", figures}});
    if (!one.failure.empty()) cases.back()["failure"] = one.failure;
  }
  return {{"title", experiment.title},
          {"x", experiment.x_title},
          {"columns", experiment.columns},
          {"cases", cases}};
}

}  // namespace towfish::bench
