#include "tests/bench/mixed_survey/survey_scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

namespace towfish::mixed_survey {
namespace {

constexpr float kLargeM = 4;  ///< From this length on.

bool in_ellipse(const Contact& contact, LocalPlane::Point offset) {
  const double bearing = contact.error.bearing_deg * M_PI / 180;
  const double major = offset.east_m * std::sin(bearing) + offset.north_m * std::cos(bearing);
  const double minor = offset.east_m * std::cos(bearing) - offset.north_m * std::sin(bearing);
  return std::pow(major / contact.error.semi_major_m, 2) + std::pow(minor / contact.error.semi_minor_m, 2) <=
         1;
}

double per_km2(const std::vector<double>& alarms, double least, double km2) {
  return static_cast<double>(std::ranges::count_if(alarms, [&](double llr) { return llr >= least; })) / km2;
}

}  // namespace

void print(const Figures& f, std::string_view name) {
  const double found = std::max(1.0, static_cast<double>(f.found));
  fmt::print(
      "{}: found {} of {}, split {} ({:.1f} %), merged {} ({:.1f} %), rms {:.2f} m, in ellipse {} ({:.1f} "
      "%), "
      "false {}\n",
      name, f.found, f.objects, f.split, 100.0 * static_cast<double>(f.split) / found, f.merged,
      100.0 * static_cast<double>(f.merged) / found, std::sqrt(f.square_m2 / found), f.in_ellipse,
      100.0 * static_cast<double>(f.in_ellipse) / found, f.false_alarms);
}

Figures compare(const SurveyRun& run, const Truth& truth, double confidence, bool large) {
  Figures f;
  const auto counts = [&](std::uint32_t object) { return (truth.at(object).length_m >= kLargeM) == large; };
  for (const auto& [id, object] : truth) f.objects += counts(id) ? 1 : 0;
  std::map<std::uint32_t, std::vector<const Judged*>> of_object;
  for (const Judged& j : run.contacts) {
    if (j.contact.confidence < confidence) continue;
    if (j.object == 0) {
      ++f.false_alarms;
      continue;
    }
    if (!counts(j.object)) continue;
    of_object[j.object].push_back(&j);
    std::set<std::uint32_t> distinct(j.objects.begin(), j.objects.end());
    distinct.erase(0);
    f.merged += distinct.size() > 1 ? 1 : 0;
  }
  for (const auto& [id, contacts] : of_object) {
    ++f.found;
    f.split += contacts.size() > 1 ? 1 : 0;
    const Contact& best =
        (*std::ranges::max_element(contacts, {}, [](const Judged* j) { return j->contact.llr; }))->contact;
    const TruthLook& object = truth.at(id);
    const auto offset = LocalPlane(best.position).to_local({object.latitude_deg, object.longitude_deg});
    f.square_m2 += offset.east_m * offset.east_m + offset.north_m * offset.north_m;
    f.in_ellipse += in_ellipse(best, offset) ? 1 : 0;
  }
  return f;
}

void Scores::add(const SurveyRun& run, const Truth& truth) {
  std::map<std::uint32_t, double> best;
  for (const auto& [id, object] : truth) {
    if (object.length_m < kLargeM) best[id] = -std::numeric_limits<double>::infinity();
  }
  for (const Judged& j : run.contacts) {
    const auto llr = static_cast<double>(j.contact.llr);
    if (j.object == 0) {
      false_alarms.push_back(llr);
      if (j.good_passes > 1) resighted.push_back(llr);
    } else if (const auto object = best.find(j.object); object != best.end()) {
      object->second = std::max(object->second, llr);
    }
  }
  for (const auto& [id, llr] : best) objects.push_back(llr);
  covered_km2 += run.covered_km2;
  twice_km2 += run.twice_km2;
}

std::optional<double> Scores::score_at(double pd) {
  std::ranges::sort(objects, std::greater{});
  const auto wanted = static_cast<std::size_t>(std::ceil(pd * static_cast<double>(objects.size())));
  if (wanted == 0 || !std::isfinite(objects[wanted - 1])) return std::nullopt;
  return objects[wanted - 1];
}

void print_alarms(Scores& once, Scores& again) {
  for (const double pd : {0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8}) {
    const auto single = once.score_at(pd);
    const auto several = again.score_at(pd);
    if (!single || !several) continue;
    const double before = per_km2(once.false_alarms, *single, once.covered_km2);
    const double everywhere = per_km2(again.false_alarms, *several, again.covered_km2);
    const double after = per_km2(again.resighted, *several, again.twice_km2);
    fmt::print(
        "Pd {:.2f}: false alarms per km2, one pass {:.0f}, where several passed {:.0f} (ratio {:.2f}), whole "
        "survey "
        "{:.0f} (ratio {:.2f})\n",
        pd, before, after, after / before, everywhere, everywhere / before);
  }
}

}  // namespace towfish::mixed_survey
