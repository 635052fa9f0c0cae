#include "tests/bench/mixed_survey/survey_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <random>
#include <set>

#include "pipeline/fusion/fusion.hpp"

namespace towfish::mixed_survey {
namespace {

constexpr double kReachM = 1.5;  ///< From an object's edge, without the navigation error.

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

bool encloses(const std::vector<Position>& outline, Position place) {
  bool inside = false;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Position a = outline[i];
    const Position b = outline[(i + 1) % outline.size()];
    if ((a.latitude_deg > place.latitude_deg) == (b.latitude_deg > place.latitude_deg)) continue;
    const double part = (place.latitude_deg - a.latitude_deg) / (b.latitude_deg - a.latitude_deg);
    if (place.longitude_deg < a.longitude_deg + part * (b.longitude_deg - a.longitude_deg)) inside = !inside;
  }
  return inside;
}

std::size_t good_passes_over(Position place, const std::vector<Swath>& swaths) {
  std::set<std::uint32_t> passes;
  for (const Swath& swath : swaths) {
    if (swath.quality == Quality::good && encloses(swath.outline, place)) passes.insert(swath.pass);
  }
  return passes.size();
}

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

}  // namespace

Shifter::Shifter(double sigma_m, unsigned seed, std::uint64_t pings) : line_pings_(pings / kLines) {
  std::normal_distribution<double> normal(0, std::max(sigma_m, 1e-9));
  std::mt19937 random(seed);
  for (auto& error : errors_) error = {normal(random), normal(random)};
}

Position Shifter::shifted(Position position, std::uint64_t ping, double sign) const {
  const auto [east, north] = errors_[std::min(ping / line_pings_, kLines - 1)];
  return LocalPlane(position).to_position({sign * east, sign * north});
}

void Shifter::shift(Ping& ping) const {
  if (!ping.has_position()) return;
  const Position moved = shifted({ping.latitude_deg, ping.longitude_deg}, ping.number, 1);
  ping.latitude_deg = moved.latitude_deg;
  ping.longitude_deg = moved.longitude_deg;
}

Truth visible(const std::vector<TruthLook>& looks, std::uint64_t first_ping, std::uint64_t end_ping) {
  Truth truth;
  for (const TruthLook& look : looks) {
    if (look.visible && look.ping >= first_ping && look.ping < end_ping) truth[look.truth_id] = look;
  }
  return truth;
}

SurveyRun fuse_lines(Store& reports, double error_m, const Shifter& shifter, std::uint64_t first_ping,
                     std::uint64_t end_ping, const Truth& truth) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("mixed-survey-{}.gpkg", ::getpid());
  std::filesystem::remove(file);
  SurveyRun run;
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
      std::vector<Ping> seams(view.seams.begin(), view.seams.end());
      for (Ping& ping : seams) shifter.shift(ping);
      FrameReportView shifted{view.report, detections, {}, seams};
      shifter.shift(shifted.report.first);
      shifter.shift(shifted.report.last);
      if (view.report.first.number < first_ping || view.report.first.number >= end_ping) {
        shifted.report.flags |= FrameReport::kQuarantined;
      }
      fusion.fuse(sequence, side == Side::port ? &shifted : nullptr, side == Side::port ? nullptr : &shifted);
    });
    fusion.finish();
    const std::vector<Swath> swaths = store.survey().swaths;
    store.for_each_contact([&](const Contact& contact) {
      run.contacts.push_back(judged(contact, store, shifter, truth));
      run.contacts.back().good_passes = good_passes_over(contact.position, swaths);
    });
    run.covered_km2 = fusion.coverage().covered_m2 * 1e-6;
    run.twice_km2 = fusion.coverage().twice_m2 * 1e-6;
  }
  std::filesystem::remove(file);
  return run;
}

}  // namespace towfish::mixed_survey
