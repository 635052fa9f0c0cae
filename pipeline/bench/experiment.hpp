#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace towfish::bench {

/// What one trial gave, by name; the name carries the unit, such as "p99_ms".
using Figures = std::map<std::string, double>;

/// A figure over repetitions.
struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};
Spread spread(std::vector<double> values);

/// One setting to be tried, repeatedly.
struct Case {
  std::string series;  ///< Cases of one series make one curve.
  std::string label;   ///< What differs within the series, such as "16".
  double x = 0;        ///< The same as a number.
  std::function<Figures()> run;
  std::map<std::string, std::vector<double>> values;  ///< Filled by run_interleaved().
  std::string failure;                                ///< Why it could not be run; empty: it could.
};

/// A question put to this machine, and what it answered.
struct Experiment {
  std::string name;                  ///< Of its files: "rates".
  std::string title;                 ///< For people.
  std::string x_title;               ///< What `label` and `x` are.
  std::vector<std::string> columns;  ///< Figures to print, in this order.
  std::string plotted;               ///< The figure that is drawn over x.
  std::vector<Case> cases;
};

/// Runs every case once, then all again, `repetitions` times, so that whatever else the machine does falls on
/// all alike. Progress goes to stderr. A case that fails is reported and left out from then on. Stops early
/// when a signal asks for it.
void run_interleaved(Experiment& experiment, int repetitions);

/// Median of each column by case, least and most behind it in brackets.
std::string table(const Experiment& experiment);

/// {title, columns, cases: [{series, label, x, figures: {NAME: {median, least, most, values}}, failure?}]}.
nlohmann::json json(const Experiment& experiment);

/// The plotted figure over x, a curve a series with the spread as bars, both axes logarithmic: an SVG
/// picture.
std::string svg(const Experiment& experiment);

}  // namespace towfish::bench
