// How well fusion does on simulated surveys that pass every object several times. Simulates, detects and
// keeps the reports of each once (minutes), then fuses them in seconds, with the positions shifted by a
// navigation error a line, and once more line by line, as if nothing had been seen again:
//   mixed_survey NAVIGATION_ERROR_M NAVIGATION_SEEDS SCENARIO.yaml REPORTS.gpkg [SCENARIO.yaml
//   REPORTS.gpkg]...
// With TOWFISH_DUMP=FILE every look and contact goes there as CSV.

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "detectors/registry.hpp"
#include "pipeline/contacts/store.hpp"
#include "pipeline/fusion/fusion.hpp"
#include "pipeline/settings/settings.hpp"
#include "sim/sidescan.hpp"

namespace towfish {
namespace {

constexpr std::size_t kFramePings = 16;
constexpr std::size_t kMostDetections = 1024;

void detect_all(const Scenario& scenario, Store& store) {
  Sidescan sonar(scenario);
  std::array<std::unique_ptr<Detector>, 2> detectors{make_detector({}, Side::port),
                                                     make_detector({}, Side::starboard)};
  std::vector<Detection> found(kMostDetections);
  std::vector<Ping> pings;
  std::array<std::vector<std::uint16_t>, 2> samples;
  std::array<TraceGeometry, 2> geometry;
  const auto keep = [&](Store::Change& change, std::uint64_t sequence, bool end) {
    for (const Side side : kSides) {
      DetectionList list(found);
      FrameReportView view;
      if (end) {
        detectors[index(side)]->finish(list);
        view.report.flags = FrameReport::kEnd;
      } else {
        FrameHeader header;
        header.sequence = sequence;
        header.geometry = geometry[index(side)];
        header.pings = static_cast<std::uint32_t>(pings.size());
        header.side = static_cast<std::uint32_t>(index(side));
        detectors[index(side)]->process({header, pings, samples[index(side)]}, list);
        view.report.frame = header;
        view.report.first = pings.front();
        view.report.last = pings.back();
        view.report.altitude_m = pings.back().altitude_m;
      }
      view.detections = list.items();
      (void)change.add_frame(sequence, side, view);
    }
    pings.clear();
    for (auto& lane : samples) lane.clear();
  };
  std::uint64_t sequence = 0;
  while (const PingPair* pair = sonar.next()) {
    if (sonar.size() && pair->ping.number >= *sonar.size()) break;
    pings.push_back(pair->ping);
    for (const Side side : kSides) {
      geometry[index(side)] = pair->geometry[index(side)];
      auto& lane = samples[index(side)];
      lane.resize(lane.size() + geometry[index(side)].samples);
      sonar.read_trace(side, std::span(lane).last(geometry[index(side)].samples));
    }
    if (pings.size() < kFramePings) continue;
    Store::Change change(store);
    keep(change, sequence++, false);
    change.commit();
    if (sequence % 50 == 0) fmt::print(stderr, "\r{} pings", sequence * kFramePings);
  }
  Store::Change change(store);
  keep(change, sequence, true);
  change.commit();
  fmt::print(stderr, "\n");
}

constexpr std::uint64_t kLines = 4;
constexpr double kReachM = 1.5;  ///< From an object's edge, without the navigation error.

/// Moves whatever a line recorded by one random error.
class Shifter {
 public:
  Shifter(double sigma_m, unsigned seed, std::uint64_t pings) : line_pings_(pings / kLines) {
    std::normal_distribution<double> normal(0, std::max(sigma_m, 1e-9));
    std::mt19937 random(seed);
    for (auto& error : errors_) error = {normal(random), normal(random)};
  }
  [[nodiscard]] Position shifted(Position position, std::uint64_t ping, double sign) const {
    const auto [east, north] = errors_[std::min(ping / line_pings_, kLines - 1)];
    return LocalPlane(position).to_position({sign * east, sign * north});
  }
  void shift(Ping& ping) const {
    if (!ping.has_position()) return;
    const Position moved = shifted({ping.latitude_deg, ping.longitude_deg}, ping.number, 1);
    ping.latitude_deg = moved.latitude_deg;
    ping.longitude_deg = moved.longitude_deg;
  }

 private:
  std::uint64_t line_pings_;
  std::array<std::pair<double, double>, kLines> errors_;
};

using Truth = std::map<std::uint32_t, TruthLook>;

/// Objects with a visible look between two pings.
Truth visible(const std::vector<TruthLook>& looks, std::uint64_t first_ping, std::uint64_t end_ping) {
  Truth truth;
  for (const TruthLook& look : looks) {
    if (look.visible && look.ping >= first_ping && look.ping < end_ping) truth[look.truth_id] = look;
  }
  return truth;
}

/// The object at a place, 0: none.
std::uint32_t object_at(Position position, const Truth& truth) {
  std::uint32_t nearest = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const auto& [id, object] : truth) {
    const double metres = distance_m(position, {object.latitude_deg, object.longitude_deg});
    if (metres > kReachM + static_cast<double>(object.length_m) / 2 || metres >= least) continue;
    nearest = id;
    least = metres;
  }
  return nearest;
}

/// A contact and what its looks really show.
struct Judged {
  Contact contact;
  std::vector<Look> looks;
  std::vector<std::uint32_t> objects;  ///< Of each look; 0: nothing.
  std::uint32_t object = 0;            ///< Of its best look that shows one.
};

struct Run {
  std::vector<Judged> contacts;
  double covered_km2 = 0;
  double twice_km2 = 0;  ///< Seen well at least twice.
};

Judged judged(const Contact& contact, Store& store, const Shifter& shifter, const Truth& truth) {
  Judged j;
  j.contact = contact;
  float best = -std::numeric_limits<float>::infinity();
  store.for_each_look(contact.id, [&](const Look& look) {
    j.looks.push_back(look);
    // Rows of looks leave these two out.
    const Detection detection = store.detection(look.detection).value_or(Detection{});
    j.looks.back().heading_deg = detection.at.heading_deg;
    j.looks.back().altitude_m = detection.altitude_m;
    j.objects.push_back(look.has_position() ? object_at(shifter.shifted(look.position, look.ping, -1), truth)
                                            : 0);
    if (j.objects.back() == 0 || look.llr <= best) return;
    best = look.llr;
    j.object = j.objects.back();
  });
  return j;
}

Run fuse_lines(Store& reports, double error_m, const Shifter& shifter, std::uint64_t first_ping,
               std::uint64_t end_ping, const Truth& truth) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("mixed-survey-{}.gpkg", ::getpid());
  std::filesystem::remove(file);
  Run run;
  {
    Store store(file, Store::Mode::write);
    FusionSettings settings;
    settings.placement.navigation_sigma_m = static_cast<float>(std::max(error_m, 0.05));
    Fusion fusion(settings, store);
    reports.for_each_frame([&](std::uint64_t sequence, Side side, const FrameReportView& view) {
      std::vector<Detection> detections(view.detections.begin(), view.detections.end());
      std::erase_if(detections,
                    [&](const Detection& d) { return d.ping < first_ping || d.ping >= end_ping; });
      for (Detection& d : detections) shifter.shift(d.at);
      FrameReportView shifted{view.report, detections, {}};
      shifter.shift(shifted.report.first);
      shifter.shift(shifted.report.last);
      if (view.report.first.number < first_ping || view.report.first.number >= end_ping) {
        shifted.report.flags |= FrameReport::kQuarantined;
      }
      fusion.fuse(sequence, side == Side::port ? &shifted : nullptr, side == Side::port ? nullptr : &shifted);
    });
    fusion.finish();
    store.for_each_contact(
        [&](const Contact& contact) { run.contacts.push_back(judged(contact, store, shifter, truth)); });
    run.covered_km2 = fusion.coverage().covered_m2 * 1e-6;
    run.twice_km2 = fusion.coverage().twice_m2 * 1e-6;
  }
  std::filesystem::remove(file);
  return run;
}

struct Figures {
  std::size_t objects = 0;
  std::size_t found = 0;
  std::size_t split = 0;   ///< Objects that are two contacts or more,
  std::size_t merged = 0;  ///< and contacts that are two objects or more.
  std::size_t in_ellipse = 0;
  std::size_t false_alarms = 0;
  double square_m2 = 0;

  Figures& operator+=(const Figures& other) {
    objects += other.objects;
    found += other.found;
    split += other.split;
    merged += other.merged;
    in_ellipse += other.in_ellipse;
    false_alarms += other.false_alarms;
    square_m2 += other.square_m2;
    return *this;
  }
};

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

bool in_ellipse(const Contact& contact, LocalPlane::Point offset) {
  const double bearing = contact.error.bearing_deg * M_PI / 180;
  const double major = offset.east_m * std::sin(bearing) + offset.north_m * std::cos(bearing);
  const double minor = offset.east_m * std::cos(bearing) - offset.north_m * std::sin(bearing);
  return std::pow(major / contact.error.semi_major_m, 2) + std::pow(minor / contact.error.semi_minor_m, 2) <=
         1;
}

/// Objects at least so long (wrecks, pipes) are told apart: several contacts along them are no mistake, and
/// where their middle is depends on what was lit.
constexpr float kLargeM = 4;

Figures compare(const Run& run, const Truth& truth, double confidence, bool large) {
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

/// Scores of what was found, minus infinity for what was not, and of the false alarms.
struct Scores {
  std::vector<double> objects;
  std::vector<double> false_alarms;
  std::vector<double> resighted;  ///< Those of the false alarms whose place was seen in several passes.
  double covered_km2 = 0;
  double twice_km2 = 0;

  void add(const Run& run, const Truth& truth) {
    std::map<std::uint32_t, double> best;
    for (const auto& [id, object] : truth) best[id] = -std::numeric_limits<double>::infinity();
    for (const Judged& j : run.contacts) {
      const auto llr = static_cast<double>(j.contact.llr);
      if (j.object == 0) {
        false_alarms.push_back(llr);
        std::set<std::uint32_t> passes;
        for (const Look& look : j.looks) passes.insert(look.pass);
        if (passes.size() + j.contact.misses > 1) resighted.push_back(llr);
      } else {
        best[j.object] = std::max(best[j.object], llr);
      }
    }
    for (const auto& [id, llr] : best) objects.push_back(llr);
    covered_km2 += run.covered_km2;
    twice_km2 += run.twice_km2;
  }
  /// The score at which this share of the objects is found; none: never.
  [[nodiscard]] std::optional<double> score_at(double pd) {
    std::ranges::sort(objects, std::greater{});
    const auto wanted = static_cast<std::size_t>(std::ceil(pd * static_cast<double>(objects.size())));
    if (wanted == 0 || !std::isfinite(objects[wanted - 1])) return std::nullopt;
    return objects[wanted - 1];
  }
};

double per_km2(const std::vector<double>& alarms, double least, double km2) {
  return static_cast<double>(std::ranges::count_if(alarms, [&](double llr) { return llr >= least; })) / km2;
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

/// One line a look: how far it is from its object, along and across, next to the error stated.
void dump(std::ostream& out, const std::string& survey, const Run& run, const Truth& truth,
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
    if (!known) detect_all(scenario, reports);
    Sidescan sonar(scenario);
    const std::vector<TruthLook> looks = sonar.truth();
    const std::uint64_t pings = sonar.size().value_or(0);
    const Truth truth = visible(looks, 0, pings);
    for (unsigned seed = 1; seed <= seeds; ++seed) {
      const Shifter shifter(error_m, 1000 * static_cast<unsigned>(i) + seed, pings);
      const Run all = fuse_lines(reports, error_m, shifter, 0, pings + 1'000'000, truth);
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
}  // namespace towfish

int main(int argc, char** argv) {
  return towfish::run(argc, argv);
}
