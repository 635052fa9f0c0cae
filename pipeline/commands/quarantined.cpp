#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "detectors/registry.hpp"
#include "pipeline/commands/commands.hpp"
#include "pipeline/process/quarantined_frame.hpp"
#include "pipeline/process/settings.hpp"

namespace towfish::commands {

namespace {

nlohmann::json number(float value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json();
}

nlohmann::json json(const Detection& found) {
  return {{"ping", found.ping},
          {"sample", found.sample},
          {"class", name(found.contact_class)},
          {"llr", number(found.llr)},
          {"slant_range_m", number(found.slant_range_m)},
          {"length_m", number(found.length_m)},
          {"width_m", number(found.width_m)},
          {"height_m", number(found.height_m)}};
}

process::RunSettings settings_in(const process::QuarantinedFrame& quarantined, const std::string& file) {
  process::RunSettings settings;
  std::istringstream text(quarantined.settings);
  settings::read(text, file + " (settings)", settings);
  return settings;
}

}  // namespace

int scan_quarantined_frame(const std::string& file) {
  const auto quarantined = process::QuarantinedFrame::read(file);
  const process::RunSettings settings = settings_in(quarantined, file);
  const FrameHeader& last = quarantined.frames.back().header;
  const Side side = kSides[last.side];
  const auto detector = make_detector(settings.detector, side);
  std::vector<Detection> room(settings.pipeline.ring.detections);
  nlohmann::json result{{"side", name(side)},
                        {"sequence", last.sequence},
                        {"pings", last.pings},
                        {"samples", last.geometry.samples},
                        {"frames_before", quarantined.frames.size() - 1}};
  for (const auto& frame : quarantined.frames) {
    DetectionList found(room);
    detector->process(frame.view(), found);
    result["detections"] = nlohmann::json::array();
    for (const Detection& one : found.items()) result["detections"].push_back(json(one));
  }
  std::cout << result.dump(2) << '\n';
  return 0;
}

}  // namespace towfish::commands
