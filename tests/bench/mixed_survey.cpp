// How well fusion does on a simulated survey that passes every object several times. Simulates, detects and
// keeps the reports once (minutes), then fuses them in seconds, with the positions shifted by a navigation
// error a pass:
//   mixed_survey config/scenarios/mixed-survey.yaml reports.gpkg [navigation_error_m [seed]]

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
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

/// Moves whatever a straight run recorded by one random error.
class Shifter {
 public:
  Shifter(double sigma_m, unsigned seed) : normal_(0, std::max(sigma_m, 1e-9)), random_(seed) {}
  void shift(Ping& ping) {
    if (!ping.has_position()) return;
    const auto leg = std::lround(ping.heading_deg / 90.0F);
    auto& error = errors_[{leg, ping.number / 1500}];
    if (error.first == 0) error = {normal_(random_), normal_(random_)};
    const Position moved =
        LocalPlane({ping.latitude_deg, ping.longitude_deg}).to_position({error.first, error.second});
    ping.latitude_deg = moved.latitude_deg;
    ping.longitude_deg = moved.longitude_deg;
  }

 private:
  std::normal_distribution<double> normal_;
  std::mt19937 random_;
  std::map<std::pair<long, std::uint64_t>, std::pair<double, double>> errors_;
};

struct Figures {
  std::size_t seen = 0;
  std::size_t found = 0;
  std::size_t split = 0;
  std::size_t merged = 0;
  std::size_t in_ellipse = 0;
  std::size_t false_alarms = 0;
  double square_m2 = 0;
};

bool in_ellipse(const Contact& contact, LocalPlane::Point offset) {
  const double bearing = contact.error.bearing_deg * M_PI / 180;
  const double major = offset.east_m * std::sin(bearing) + offset.north_m * std::cos(bearing);
  const double minor = offset.east_m * std::cos(bearing) - offset.north_m * std::sin(bearing);
  return std::pow(major / contact.error.semi_major_m, 2) + std::pow(minor / contact.error.semi_minor_m, 2) <=
         1;
}

void compare(const std::vector<Contact>& contacts, const std::map<std::uint32_t, TruthLook>& truth,
             double confidence, double reach_m) {
  Figures f;
  std::set<std::uint64_t> explained;
  std::map<std::uint64_t, int> truths_of;
  for (const auto& [id, object] : truth) {
    const Position position{object.latitude_deg, object.longitude_deg};
    const double reach = std::max(reach_m, static_cast<double>(object.length_m) / 2 + 1);
    const Contact* nearest = nullptr;
    int near = 0;
    for (const Contact& contact : contacts) {
      if (!contact.has_position() || contact.confidence < confidence) continue;
      const double metres = distance_m(contact.position, position);
      if (metres > reach) continue;
      ++near;
      explained.insert(contact.id);
      if (nearest == nullptr || metres < distance_m(nearest->position, position)) nearest = &contact;
    }
    ++f.seen;
    if (nearest == nullptr) continue;
    ++f.found;
    f.split += near > 1 ? 1 : 0;
    if (++truths_of[nearest->id] == 2) ++f.merged;
    const auto offset = LocalPlane(nearest->position).to_local(position);
    f.square_m2 += offset.east_m * offset.east_m + offset.north_m * offset.north_m;
    f.in_ellipse += in_ellipse(*nearest, offset) ? 1 : 0;
  }
  for (const Contact& c : contacts)
    f.false_alarms += c.confidence >= confidence && !explained.contains(c.id) ? 1 : 0;
  const double found = std::max(1.0, static_cast<double>(f.found));
  fmt::print(
      "confidence >= {:.2f}: found {} of {}, split {}, merged {}, rms {:.2f} m, in ellipse {:.0f} %, false "
      "{}\n",
      confidence, f.found, f.seen, f.split, f.merged, std::sqrt(f.square_m2 / found),
      100.0 * static_cast<double>(f.in_ellipse) / found, f.false_alarms);
}

/// Confidences of what was found, 0 for what was not, and of the false alarms.
struct Scores {
  std::vector<double> objects;
  std::vector<double> false_alarms;
  double covered_km2 = 0;

  /// False alarms per km2 at the confidence at which this share of the objects is found; negative: never.
  [[nodiscard]] double false_per_km2(double pd) {
    std::ranges::sort(objects, std::greater{});
    const auto wanted = static_cast<std::size_t>(std::ceil(pd * static_cast<double>(objects.size())));
    if (wanted == 0 || objects[wanted - 1] <= 0) return -1;
    const double least = objects[wanted - 1];
    const auto many = std::ranges::count_if(false_alarms, [&](double c) { return c >= least; });
    return static_cast<double>(many) / covered_km2;
  }
};

void add_scores(Scores& scores, const std::vector<Contact>& contacts,
                const std::map<std::uint32_t, TruthLook>& truth, double reach_m) {
  std::set<std::uint64_t> explained;
  for (const auto& [id, object] : truth) {
    const double reach = std::max(reach_m, static_cast<double>(object.length_m) / 2 + 1);
    double best = 0;
    for (const Contact& contact : contacts) {
      const Position position{object.latitude_deg, object.longitude_deg};
      if (!contact.has_position() || distance_m(contact.position, position) > reach) continue;
      explained.insert(contact.id);
      best = std::max(best, static_cast<double>(contact.confidence));
    }
    scores.objects.push_back(best);
  }
  for (const Contact& c : contacts) {
    if (!explained.contains(c.id)) scores.false_alarms.push_back(c.confidence);
  }
}

std::vector<Contact> fuse_shifted(Store& reports, double error_m, unsigned seed, std::uint64_t first_ping,
                                  std::uint64_t end_ping, double& covered_km2) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("mixed-survey-{}.gpkg", ::getpid());
  std::filesystem::remove(file);
  std::vector<Contact> contacts;
  {
    Store store(file, Store::Mode::write);
    FusionSettings settings;
    settings.placement.navigation_sigma_m = static_cast<float>(std::max(error_m, 0.3));
    Fusion fusion(settings, store);
    Shifter shifter(error_m, seed);
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
    store.for_each_contact([&](const Contact& c) { contacts.push_back(c); });
    const FusionCounters n = fusion.counters();
    covered_km2 += fusion.coverage().covered_m2 * 1e-6;
    fmt::print(
        "detections {}, looks {}, resightings {}, contacts {}, jumps {}, missing {}, covered {:.0f} m2, risk "
        "{:.2f}\n",
        n.detections, n.looks, n.resightings, n.contacts, n.navigation_jumps, n.navigation_missing,
        fusion.coverage().covered_m2, fusion.coverage().residual_risk);
  }
  std::filesystem::remove(file);
  return contacts;
}

using Truth = std::map<std::uint32_t, TruthLook>;

/// Objects with a visible look between two pings.
Truth visible(const std::vector<TruthLook>& looks, std::uint64_t first_ping, std::uint64_t end_ping) {
  Truth truth;
  for (const TruthLook& look : looks) {
    if (look.visible && look.ping >= first_ping && look.ping < end_ping) truth[look.truth_id] = look;
  }
  return truth;
}

void report(const Scenario& scenario, Store& reports, double error_m, unsigned seed) {
  constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
  constexpr std::uint64_t kLines = 4;
  Sidescan sonar(scenario);
  const std::vector<TruthLook> looks = sonar.truth();
  const double reach = 2 + 2.5 * error_m;
  const Truth truth = visible(looks, 0, kAll);
  Scores all;
  const auto contacts = fuse_shifted(reports, error_m, seed, 0, kAll, all.covered_km2);
  for (const double confidence : {0.0, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99})
    compare(contacts, truth, confidence, reach);
  add_scores(all, contacts, truth, reach);

  Scores single;
  const std::uint64_t line = sonar.size().value_or(0) / kLines;
  for (std::uint64_t i = 0; i < kLines; ++i) {
    const auto seen = fuse_shifted(reports, error_m, seed, i * line, (i + 1) * line, single.covered_km2);
    add_scores(single, seen, visible(looks, i * line, (i + 1) * line), reach);
  }
  for (const double pd : {0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8}) {
    fmt::print("Pd {:.2f}: false alarms per km2, one pass {:.0f}, all passes {:.0f}\n", pd,
               single.false_per_km2(pd), all.false_per_km2(pd));
  }
}

int run(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: mixed_survey SCENARIO.yaml REPORTS.gpkg [navigation_error_m [seed]]\n");
    return 2;
  }
  Scenario scenario;
  settings::read(std::filesystem::path(argv[1]), scenario);
  const bool known = std::filesystem::exists(argv[2]);
  Store reports(argv[2], Store::Mode::write);
  if (!known) detect_all(scenario, reports);
  const double error_m = argc > 3 ? std::atof(argv[3]) : 0;
  const auto seed = static_cast<unsigned>(argc > 4 ? std::atoi(argv[4]) : 1);

  report(scenario, reports, error_m, seed);
  return 0;
}

}  // namespace
}  // namespace towfish

int main(int argc, char** argv) {
  return towfish::run(argc, argv);
}
