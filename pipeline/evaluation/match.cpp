#include <algorithm>
#include <cmath>
#include <optional>

#include "pipeline/evaluation/trial.hpp"
#include "pipeline/sonar/geometry.hpp"

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

double distance_m(const Detection& d, const Area& area, const Trial& trial) {
  const double along =
      outside(static_cast<double>(d.ping), area.first_ping, area.last_ping) * trial.spacing_m;
  const double across =
      outside(d.sample, area.first_sample, area.last_sample) * trial.geometry[index(d.side)].sample_spacing_m;
  return std::hypot(along, across);
}

/// The area of a thing of this size. Which way it lies is not told: its longer side either way, along and
/// (in slant range) across.
Area grown(Area area, double size_m, const Trial& trial) {
  const double pings = 0.5 * size_m / std::max(trial.spacing_m, 1e-3);
  const double samples =
      0.5 * size_m / std::max<double>(trial.geometry[index(area.side)].sample_spacing_m, 1e-6);
  area.first_ping -= pings;
  area.last_ping += pings;
  area.first_sample -= samples;
  area.last_sample += samples;
  return area;
}

struct Wanted {
  Area area;
  bool is_target = false;
  Tags tags;
};

/// Where a detection lies; none without navigation.
std::optional<Position> place_of(const Detection& detection) {
  if (!detection.at.has_position() || !std::isfinite(detection.at.heading_deg)) return std::nullopt;
  return destination({detection.at.latitude_deg, detection.at.longitude_deg},
                     look_bearing_deg(detection.at.heading_deg, detection.side),
                     std::isfinite(detection.ground_range_m) ? detection.ground_range_m : 0);
}

/// What is really there, wherever it is seen from: in a turn there are no looks.
class Things {
 public:
  explicit Things(const std::vector<TruthLook>& looks)
      : plane_(looks.empty() ? Position{}
                             : Position{looks.front().latitude_deg, looks.front().longitude_deg}) {
    for (const TruthLook& look : looks) {
      things_.push_back({plane_.to_local({look.latitude_deg, look.longitude_deg}),
                         0.5 * static_cast<double>(std::max(look.length_m, look.width_m))});
    }
  }
  [[nodiscard]] bool is_one_within(double margin_m, Position place) const {
    const auto point = plane_.to_local(place);
    return std::any_of(things_.begin(), things_.end(), [&](const Thing& thing) {
      return std::hypot(thing.at.east_m - point.east_m, thing.at.north_m - point.north_m) <=
             thing.half_m + margin_m;
    });
  }

 private:
  struct Thing {
    LocalPlane::Point at;
    double half_m;
  };
  LocalPlane plane_;
  std::vector<Thing> things_;
};

std::string range_band(const Trial& trial, Side side, double sample) {
  const double part = sample / static_cast<double>(std::max(1U, trial.geometry[index(side)].samples));
  return part < 1.0 / 3 ? "near third" : part < 2.0 / 3 ? "middle third" : "far third";
}

ScoredDetection scored(const Detection& detection) {
  ScoredDetection one;
  one.confidence = confidence(detection);
  one.llr = detection.llr;
  std::copy(std::begin(detection.llr_by_algorithm), std::end(detection.llr_by_algorithm),
            one.llr_by_algorithm.begin());
  return one;
}

void score_areas(const Trial& trial, const std::vector<Wanted>& wanted, double margin_m, Scoreboard& board,
                 const std::function<Tags(const Detection&)>& tags,
                 const std::function<bool(const Detection&)>& is_known) {
  std::vector<std::size_t> number(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].is_target) number[i] = board.add_target(wanted[i].tags);
  }
  for (const Detection& detection : trial.detections) {
    ScoredDetection one = scored(detection);
    one.tags = tags(detection);
    std::vector<std::pair<double, std::size_t>> near;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (detection.side != wanted[i].area.side) continue;
      const double apart = distance_m(detection, wanted[i].area, trial);
      if (apart > margin_m) continue;
      if (wanted[i].is_target) near.emplace_back(apart, number[i]);
      one.ignored = one.ignored || !wanted[i].is_target;
    }
    one.ignored = one.ignored || is_known(detection);
    std::sort(near.begin(), near.end());
    for (const auto& [apart, target] : near) one.targets.push_back(target);
    board.add_detection(std::move(one));
  }
}

Tags tags_of(const Trial& trial, const Detection& detection) {
  return {{"range", range_band(trial, detection.side, detection.sample)}};
}

}  // namespace

void score(const Trial& trial, const std::vector<TruthLook>& looks, const MatchByDistance& rule,
           bool all_classes, double frame_pings, Scoreboard& board, const BottomAt& bottom) {
  std::vector<Wanted> wanted;
  for (const TruthLook& look : looks) {
    if (look.ping >= trial.pings) continue;
    const auto ping = static_cast<double>(look.ping);
    const auto sample = static_cast<double>(look.sample);
    Wanted one;
    one.area = grown({look.side, ping, ping, sample, sample}, std::max(look.length_m, look.width_m), trial);
    one.is_target = look.visible && (all_classes || look.contact_class == ContactClass::milco);
    one.tags = {{"range", range_band(trial, look.side, sample)},
                {"shape", std::string(name(look.contact_class)) + " " + look.shape}};
    if (bottom) one.tags.emplace_back("bottom", bottom(look.latitude_deg, look.longitude_deg));
    wanted.push_back(std::move(one));
  }
  const auto tags = [&](const Detection& detection) {
    Tags some = tags_of(trial, detection);
    if (!bottom) return some;
    if (const auto place = place_of(detection)) {
      some.emplace_back("bottom", bottom(place->latitude_deg, place->longitude_deg));
    }
    return some;
  };
  const Things things(looks);
  score_areas(trial, wanted, rule.margin_m, board, tags, [&](const Detection& detection) {
    const auto place = place_of(detection);
    return place && things.is_one_within(rule.margin_m, *place);
  });
  board.add_searched(static_cast<double>(trial.pings) / frame_pings, trial.km2);
}

void score(const Trial& trial, const std::vector<Mark>& marks, const MatchByDistance& rule,
           double frame_pings, Scoreboard& board) {
  std::vector<Wanted> wanted;
  for (const Mark& mark : marks) {
    Wanted one;
    one.area = grown({mark.side, static_cast<double>(mark.ping), static_cast<double>(mark.last_ping),
                      static_cast<double>(mark.sample), static_cast<double>(mark.last_sample)},
                     mark.size_m, trial);
    one.is_target = mark.kind == "clear" || mark.kind == "MILCO";
    one.tags = {{"range", range_band(trial, mark.side, mark.sample)}, {"side", std::string(name(mark.side))}};
    if (!mark.shape.empty()) one.tags.emplace_back("shape", mark.kind + " " + mark.shape);
    wanted.push_back(std::move(one));
  }
  const auto tags = [&](const Detection& detection) {
    Tags some = tags_of(trial, detection);
    some.emplace_back("side", std::string(name(detection.side)));
    return some;
  };
  score_areas(trial, wanted, rule.margin_m, board, tags, [](const Detection&) { return false; });
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
    if (is_target[i]) number[i] = board.add_target({{"label", "class " + std::to_string(label)}});
  }
  const double nadir = trial.geometry[index(Side::port)].samples;
  for (const Detection& detection : trial.detections) {
    const double x = detection.side == Side::port ? nadir - 1 - detection.sample : nadir + detection.sample;
    const auto y = static_cast<double>(detection.ping);
    ScoredDetection one = scored(detection);
    one.tags = tags_of(trial, detection);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      const Box& box = boxes[i];
      const bool inside = std::abs(x - box.x) <= box.width / 2 + rule.margin_px &&
                          std::abs(y - box.y) <= box.height / 2 + rule.margin_px;
      if (!inside) continue;
      if (is_target[i])
        one.targets.push_back(number[i]);
      else if (among(rule.ignored, box.label))
        one.ignored = true;
    }
    board.add_detection(std::move(one));
  }
  board.add_searched(1, trial.km2);
}

}  // namespace towfish::evaluation
