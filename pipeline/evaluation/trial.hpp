#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "detectors/registry.hpp"
#include "detectors/scoring.hpp"
#include "pipeline/sonar/ping_source.hpp"
#include "pipeline/sonar/truth.hpp"

/// Measuring a detector against what is really there.
namespace towfish::evaluation {

/// What the detectors of both sides found in one recording, and what was searched.
struct Trial {
  std::vector<Detection> detections;
  std::vector<Chip> chips;                ///< One a detection, or none at all.
  std::array<TraceGeometry, 2> geometry;  ///< Of the last ping, by index(side).
  std::uint64_t pings = 0;
  double km2 = 0;        ///< Speed x interval x range, both sides; pings without speed count as the mean.
  double spacing_m = 0;  ///< Along track, mean; sample spacing where speed is not known.
  double seconds = 0;    ///< Spent in the detectors.
  std::uint64_t samples = 0;
};

/// How a trial is run.
struct TrialOptions {
  std::uint64_t most_pings = UINT64_MAX;
  bool chips = false;                         ///< Keep the chips.
  std::function<void(const FrameView&)> see;  ///< Shown every frame that the detectors are, if set.
  /// Called now and then with the pings done; false: stop there.
  std::function<bool(std::uint64_t)> go_on = [](std::uint64_t) { return true; };
};

/// Runs fresh detectors of these settings over the source.
Trial run(PingSource& source, const DetectorSettings& settings, const TrialOptions& options = {});

/// How near in metres a detection's edge must be to a look's.
struct MatchByDistance {
  double margin_m = 2.0;
};

/// What the bottom is at a place: "fine_sand", "gravel ripples".
using BottomAt = std::function<std::string(double latitude_deg, double longitude_deg)>;

/// Scores a trial against looks: MILCOs are targets, objects of other classes count neither way, nor do looks
/// that are not visible, nor detections at an object's place on the chart that belong to no look: one that is
/// seen in a turn, before or after it was abeam. With `all_classes` every visible look is a target.
void score(const Trial& trial, const std::vector<TruthLook>& looks, const MatchByDistance& rule,
           bool all_classes, double frame_pings, Scoreboard& board, const BottomAt& bottom = {});

/// A contact marked in a log. `kind` clear (marked by eye) or MILCO (a contacts or truth file) is a target;
/// any other counts neither way.
struct Mark {
  std::string kind;
  std::string shape;
  Side side = Side::port;
  std::uint64_t ping = 0;
  std::uint32_t sample = 0;
  std::uint64_t last_ping = 0;
  std::uint32_t last_sample = 0;
  double size_m = 0;        ///< The longer of length and width, where it is told; grows the place.
  std::string source_file;  ///< The log it is in, where that is told.
};

/// Reads marks: kind,side,ping,sample,last_ping,last_sample, or any CSV file whose first line names columns
/// side, ping and sample, with class instead of kind: contacts.csv and truth.csv do. Lines with # are
/// skipped, and those with no ping. Throws InputError naming file and line.
std::vector<Mark> read_marks(const std::filesystem::path& file);
void score(const Trial& trial, const std::vector<Mark>& marks, const MatchByDistance& rule,
           double frame_pings, Scoreboard& board);

/// A labelled box of a picture, in pixels.
struct Box {
  int label = 0;
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

/// YOLO text: `class x y width height` a line, as parts of the picture. No file: no boxes. Throws InputError.
std::vector<Box> read_boxes(const std::filesystem::path& file, double picture_width, double picture_height);

struct MatchByBox {
  double margin_px = 10;
  std::vector<int> targets;  ///< Labels; empty: all that are not ignored.
  std::vector<int> ignored;
};
void score(const Trial& trial, const std::vector<Box>& boxes, const MatchByBox& rule, Scoreboard& board);

}  // namespace towfish::evaluation
