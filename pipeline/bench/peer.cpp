#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "pipeline/bench/benches.hpp"

namespace towfish::bench {

namespace {

namespace fs = std::filesystem;

/// What a command writes to stdout; throws std::runtime_error when it fails. Only for commands made here.
std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  if (pipe == nullptr) throw std::runtime_error("a shell cannot be started");
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t bytes = std::fread(part.data(), 1, part.size(), pipe.get()))
    text.append(part.data(), bytes);
  return text;
}

/// For a POSIX shell.
std::string quoted(const fs::path& path) {
  std::string text = "'";
  for (const char c : path.string()) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

fs::path program_folder() {
  return fs::read_symlink("/proc/self/exe").parent_path();
}

/// Runs the peer; agreement is the share of its detections that lie within half a metre of one of ours, and
/// of ours within that of one of its.
Figures run_peer(const Workshop& workshop, const PracticeLog& log) {
  const fs::path script = fs::path(TOWFISH_PEER_DIR) / "peer.py";
  const fs::path ours = workshop.folder() / "out" / "contacts.gpkg";
  // The first Python that has OpenCV: a system may have several.
  const std::string said = output_of(fmt::format(
      "for python in python3 /usr/bin/python3; do $python -c 'import cv2' 2>/dev/null && exec $python "
      "{} {} --compare {} --json; done",
      quoted(script), quoted(log.file), quoted(ours)));
  const nlohmann::json answer = nlohmann::json::parse(said, nullptr, false);
  if (answer.is_discarded())
    throw std::runtime_error("tests/peer/peer.py gave no answer (python3-opencv installed?)");
  return {{"wall_s", answer.at("wall_s")},
          {"realtime_x", log.seconds / answer.at("wall_s").get<double>()},
          {"detections", answer.at("detections")},
          {"agree_percent", answer.at("agree_percent")}};
}

/// With the highlight-shadow test alone, which is what the peer does.
Figures run_ours(const Workshop& workshop, const PracticeLog& log) {
  process::PipelineSettings settings;
  settings.detector = (workshop.folder() / "highlight_shadow.yaml").string();
  std::ofstream(settings.detector) << "algorithms:\n  - name: highlight_shadow\n"
                                      "    calibration: {even: 5, slope: 6, weight: 1}\n";
  const nlohmann::json summary =
      run_towfish(workshop, {"replay", log.file.string(), "--speed", "max"}, settings);
  Figures figures = figures_of(summary);
  figures["realtime_x"] = log.seconds / figures["wall_s"];
  return figures;
}

}  // namespace

std::vector<Experiment> peer_experiments(const Workshop& workshop, const Effort& effort) {
  const PracticeLog log = record_log(workshop, "harbour-flat", effort.pings, 2048);
  Experiment experiment{
      "peer",
      "This program and a pipeline in Python (multiprocessing, NumPy, OpenCV): one log, as fast as possible",
      "",
      {"wall_s", "realtime_x", "detections", "agree_percent"},
      "",
      {}};
  experiment.cases.push_back(
      {"towfish", "", 1, [&workshop, log] { return run_ours(workshop, log); }, {}, {}});
  experiment.cases.push_back({"python", "", 1, [&workshop, log] { return run_peer(workshop, log); }, {}, {}});
  return {experiment};
}

std::string handoff_table() {
  const fs::path program = program_folder() / "tests" / "bench" / "handoff" / "handoff_bench";
  if (!fs::exists(program)) {
    return fmt::format(
        "Hand-off alternatives: {} is not built; cmake --build --preset release --target handoff_bench\n",
        program.string());
  }
  return "Hand-off alternatives (handoff_bench)\n" + output_of(quoted(program) + " 2>/dev/null");
}

}  // namespace towfish::bench
