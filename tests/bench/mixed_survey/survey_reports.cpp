#include "tests/bench/mixed_survey/survey_reports.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <vector>

#include "detectors/registry.hpp"

namespace towfish::mixed_survey {
namespace {

constexpr std::size_t kFramePings = 16;
constexpr std::size_t kMostDetections = 1024;
constexpr float kLeastLlr =
    -6;  // as config/detectors/default.yaml has it, from which all else is the default

}  // namespace

void report_survey(const Scenario& scenario, Store& reports) {
  Sidescan sonar(scenario);
  DetectorSettings settings;
  settings.least_llr = kLeastLlr;
  std::array<std::unique_ptr<Detector>, 2> detectors{make_detector(settings, Side::port),
                                                     make_detector(settings, Side::starboard)};
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
    Store::Change change(reports);
    keep(change, sequence++, false);
    change.commit();
    if (sequence % 50 == 0) fmt::print(stderr, "\r{} pings", sequence * kFramePings);
  }
  Store::Change change(reports);
  keep(change, sequence, true);
  change.commit();
  fmt::print(stderr, "\n");
}

}  // namespace towfish::mixed_survey
