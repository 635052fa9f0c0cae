#include <algorithm>
#include <cmath>

#include "pipeline/evaluation/trial.hpp"

namespace towfish::evaluation {

namespace {

double confidence(const Detection& detection) {
  return confidence_of(static_cast<double>(detection.llr));
}

// Distance of a value to an interval.
double outside(double value, double first, double last) {
  return std::max({0.0, first - value, value - last});
}

struct Area {
  Side side = Side::port;
  double first_ping = 0;
  double last_ping = 0;
  double first_sample = 0;
  double last_sample = 0;
};

bool is_near(const Detection& d, const Area& area, const Trial& trial, double margin_m) {
  if (d.side != area.side) return false;
  const double along =
      outside(static_cast<double>(d.ping), area.first_ping, area.last_ping) * trial.spacing_m;
  const double across =
      outside(d.sample, area.first_sample, area.last_sample) * trial.geometry[index(d.side)].sample_spacing_m;
  return std::hypot(along, across) <= margin_m;
}

struct Wanted {
  Area area;
  bool is_target = false;
  std::string group;
};

void score_areas(const Trial& trial, const std::vector<Wanted>& wanted, double margin_m, Scoreboard& board) {
  std::vector<std::size_t> number(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].is_target) number[i] = board.add_target(wanted[i].group);
  }
  for (const Detection& detection : trial.detections) {
    ScoredDetection scored;
    scored.confidence = confidence(detection);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!is_near(detection, wanted[i].area, trial, margin_m)) continue;
      if (wanted[i].is_target)
        scored.targets.push_back(number[i]);
      else
        scored.ignored = true;
    }
    board.add_detection(std::move(scored));
  }
}

std::string range_band(double part_of_range) {
  return part_of_range < 1.0 / 3 ? "near" : part_of_range < 2.0 / 3 ? "middle" : "far";
}

}  // namespace

void score(const Trial& trial, const std::vector<TruthLook>& looks, const MatchByDistance& rule,
           bool all_classes, double frame_pings, Scoreboard& board) {
  std::vector<Wanted> wanted;
  for (const TruthLook& look : looks) {
    if (look.ping >= trial.pings) continue;
    // Which way it lies is not told: its longer side either way, along and (in slant range) across.
    const double half_m = 0.5 * static_cast<double>(std::max(look.length_m, look.width_m));
    const double pings = half_m / std::max(trial.spacing_m, 1e-3);
    const double samples = half_m / static_cast<double>(trial.geometry[index(look.side)].sample_spacing_m);
    const auto ping = static_cast<double>(look.ping);
    const auto sample = static_cast<double>(look.sample);
    Wanted one{{look.side, ping - pings, ping + pings, sample - samples, sample + samples},
               look.visible && (all_classes || look.contact_class == ContactClass::milco),
               {}};
    const double part =
        look.sample / static_cast<double>(std::max(1U, trial.geometry[index(look.side)].samples));
    one.group = std::string(name(look.contact_class)) + " " + look.shape + ", " + range_band(part);
    wanted.push_back(std::move(one));
  }
  score_areas(trial, wanted, rule.margin_m, board);
  board.add_searched(static_cast<double>(trial.pings) / frame_pings, trial.km2);
}

void score(const Trial& trial, const std::vector<Mark>& marks, const MatchByDistance& rule,
           double frame_pings, Scoreboard& board) {
  std::vector<Wanted> wanted;
  for (const Mark& mark : marks) {
    wanted.push_back({{mark.side, static_cast<double>(mark.ping), static_cast<double>(mark.last_ping),
                       static_cast<double>(mark.sample), static_cast<double>(mark.last_sample)},
                      mark.kind == "clear",
                      std::string(name(mark.side))});
  }
  score_areas(trial, wanted, rule.margin_m, board);
  board.add_searched(static_cast<double>(trial.pings) / frame_pings, trial.km2);
}

void score(const Trial& trial, const std::vector<Box>& boxes, const MatchByBox& rule, Scoreboard& board) {
  const auto among = [](const std::vector<int>& labels, int label) {
    return std::find(labels.begin(), labels.end(), label) != labels.end();
  };
  std::vector<std::size_t> number(boxes.size());
  std::vector<bool> is_target(boxes.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const int label = boxes[i].label;
    is_target[i] = !among(rule.ignored, label) && (rule.targets.empty() || among(rule.targets, label));
    if (is_target[i]) number[i] = board.add_target("class " + std::to_string(label));
  }
  const double nadir = trial.geometry[index(Side::port)].samples;
  for (const Detection& detection : trial.detections) {
    const double x = detection.side == Side::port ? nadir - 1 - detection.sample : nadir + detection.sample;
    const auto y = static_cast<double>(detection.ping);
    ScoredDetection scored;
    scored.confidence = confidence(detection);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      const Box& box = boxes[i];
      const bool inside = std::abs(x - box.x) <= box.width / 2 + rule.margin_px &&
                          std::abs(y - box.y) <= box.height / 2 + rule.margin_px;
      if (!inside) continue;
      if (is_target[i])
        scored.targets.push_back(number[i]);
      else if (among(rule.ignored, box.label))
        scored.ignored = true;
    }
    board.add_detection(std::move(scored));
  }
  board.add_searched(1, trial.km2);
}

}  // namespace towfish::evaluation
