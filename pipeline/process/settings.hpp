#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detectors/registry.hpp"
#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/logs/log_choices.hpp"
#include "pipeline/process/realtime.hpp"
#include "pipeline/settings/settings.hpp"
#include "sim/scenario.hpp"

namespace towfish::process {

struct FrameSettings {
  std::uint32_t pings = 16;
  std::uint32_t samples = 2048;
  template <class Visitor>
  void describe(Visitor& v) {
    v.number("pings", pings, "pings", 1, 1024,
             "Pings of one side handed over together; the vehicle waits that long.");
    v.number("samples", samples, "samples", 64, 65536,
             "Longest trace for which a slot holds a whole frame; longer ones make frames of fewer pings.");
  }
};

struct RingSettings {
  static constexpr std::uint32_t kLiveFrames = 16;
  static constexpr std::uint32_t kReplayFrames = 64;
  std::uint32_t frames = 0;
  std::uint32_t detections = 64;
  std::uint32_t shed_from = 0;
  template <class Visitor>
  void describe(Visitor& v) {
    v.number("frames", frames, "frames", 0, 4096,
             "Frames of a side that may wait for its detector, or its reports for fusion. 0: 16 live; 64 in "
             "replays, where nobody waits for them and the source, once it has a core, fills more.");
    v.number("detections", detections, "detections", 1, 1024, "The most one frame's report can hold.");
    v.number(
        "shed_from", shed_from, "frames", 0, 4096,
        "Live: when so many wait for its detector, it leaves out its costliest algorithm until none waits; "
        "the summary counts those frames. 0: never.");
  }
};

struct SupervisorSettings {
  double hang_timeout_s = 1.5;
  double start_timeout_s = 60;
  double stable_s = 10;
  std::uint32_t most_restarts = 10;
  template <class Visitor>
  void describe(Visitor& v) {
    v.number("hang_timeout_s", hang_timeout_s, "s", 0.2, 600,
             "A role without a heartbeat for this long is killed and replaced.");
    v.number("start_timeout_s", start_timeout_s, "s", 1, 3600,
             "The same while a role gets ready (opens logs, loads models).");
    v.number("stable_s", stable_s, "s", 0.1, 3600,
             "A role that ran this long before it died counts as having been well.");
    v.number("most_restarts", most_restarts, "", 0, 100000,
             "Restarts in a row of a role that was not well; one more and the run ends with status 5.");
  }
};

struct DashboardSettings {
  std::string address = "127.0.0.1";
  std::uint32_t port = 0;
  std::uint32_t clients = 16;
  template <class Visitor>
  void describe(Visitor& v) {
    v.text("address", address,
           "Where it listens. Any other than 127.0.0.1 lets other machines in; they need the token for "
           "everything.");
    v.number("port", port, "", 0, 65535, "0: one that is free.");
    v.number("clients", clients, "", 1, 1024, "Pages open at once; further ones are turned away.");
  }
};

/// Where contacts and health are sent while a run is under way.
struct ShoreSettings {
  std::string servers;
  std::string vehicle;
  std::string credentials;
  std::string ca;
  std::string certificate;
  std::string key;
  double health_s = 5;
  double patience_s = 10;
  template <class Visitor>
  void describe(Visitor& v) {
    v.text("servers", servers,
           "NATS servers, nats://HOST:4222 or tls://HOST:4222, best a leaf node on the vehicle; empty: "
           "nothing is sent.");
    v.text("vehicle", vehicle,
           "Name of this vehicle on shore: letters, digits, - and _; empty: the machine's.");
    v.text("credentials", credentials, "File: NATS .creds, or two lines, user and password; empty: none.");
    v.text("ca", ca, "TLS, file: certificates of those who may sign the servers'; empty: the system's.");
    v.text("certificate", certificate, "TLS, file: our certificate, if the servers want one.");
    v.text("key", key, "TLS, file: its key.");
    v.number("health_s", health_s, "s", 0.1, 3600, "Between two words about the vehicle's health.");
    v.number("patience_s", patience_s, "s", 0, 3600,
             "How long the end of a run waits for servers to take the last contacts; what is left is sent by "
             "the next run.");
  }
};

/// config/live.yaml and config/replay.yaml: what an operator sets once for a vehicle.
struct PipelineSettings {
  std::uint32_t version = 1;
  double deadline_ms = 50;
  double pair_timeout_s = 10;
  double max_gap_s = 5;
  bool seccomp = true;
  std::string scenario = "harbour-flat";
  std::string detector = "default";
  FrameSettings frame;
  RingSettings ring;
  SupervisorSettings supervisor;
  RealtimeSettings realtime;
  FusionSettings fusion;
  DashboardSettings dashboard;
  ShoreSettings shore;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("version", version, "", 1, 1, "Of this file's keys.");
    v.number("deadline_ms", deadline_ms, "ms", 0.01, 60000,
             "A frame whose contacts come later than this counts as late.");
    v.number("pair_timeout_s", pair_timeout_s, "s", 0.1, 3600,
             "How long fusion waits for the other side's report before it goes on with one side.");
    v.number("max_gap_s", max_gap_s, "s", 0, 86400,
             "Longer pauses in a log are replayed as if they were this long.");
    v.flag("seccomp", seccomp,
           "Detector processes give up all system calls but files, clock, futex and memory (role processes "
           "only).");
    v.text("scenario", scenario,
           "What the simulator sees: a name in config/scenarios, or a file (live only).");
    v.text("detector", detector, "How to look: a name in config/detectors, or a file.");
    v.group("frame", frame, "Frames.");
    v.group("ring", ring, "Rings in shared memory.");
    v.group("supervisor", supervisor, "What keeps the roles alive.");
    v.group("realtime", realtime, "Scheduling of the roles; a privilege that is missing is warned of.");
    v.group("fusion", fusion, "From detections to contacts.");
    v.group("dashboard", dashboard, "The page for people (--dashboard).");
    v.group("shore", shore, "Contacts and health sent to a shore station (--publish).");
  }
};

enum class Mode : std::uint8_t { live, replay };
inline constexpr settings::Choice<Mode> kModes[] = {{"live", Mode::live}, {"replay", Mode::replay}};

enum class Execution : std::uint8_t { processes, threads, sequential };
inline constexpr settings::Choice<Execution> kExecutions[] = {{"processes", Execution::processes},
                                                              {"threads", Execution::threads},
                                                              {"sequential", Execution::sequential}};

/// A log of a replay. One of several is one stretch of the same survey.
struct LogPath {
  std::string path;
  template <class Visitor>
  void describe(Visitor& v) {
    v.text("path", path, "The log.");
  }
};

/// All that a role must know, as it stands in the segment: what the command line and the files came to.
struct RunSettings {
  Mode mode = Mode::live;
  Execution execution = Execution::processes;
  std::string out;
  std::string latency_csv;
  std::string trace;
  std::vector<LogPath> logs;
  double speed = 1;
  double duration_s = 0;
  LogChoices reading;
  std::string from;
  std::string to;
  bool loop = false;
  std::string record;
  bool dashboard = false;
  bool hold = false;
  PipelineSettings pipeline;
  DetectorSettings detector;
  Scenario scenario;

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("mode", mode, std::span<const settings::Choice<Mode>>(kModes), "What the source is.");
    v.choice("execution", execution, std::span<const settings::Choice<Execution>>(kExecutions),
             "How the roles run.");
    v.text("out", out, "Where the results go.");
    v.text("latency_csv", latency_csv, "CSV file of what every frame waited for; empty: none.");
    v.text("trace", trace, "The same as a trace for Perfetto; empty: none.");
    v.list("logs", logs, "Logs to replay, in order.");
    v.number("speed", speed, "x real time", 0, 1e6, "Of a replay; 0: as fast as possible.");
    v.number("duration_s", duration_s, "s", 0, 1e9,
             "Ping time after which the source ends; 0: with its last ping.");
    v.group("reading", reading, "What the logs leave open.");
    v.text("from", from, "Ping of the survey or UTC time to begin with; empty: the first.");
    v.text("to", to, "First ping or UTC time not wanted; empty: all.");
    v.flag("loop", loop, "Whether a replay begins again at its end.");
    v.text("record", record, "XTF file that receives what is emitted; empty: none.");
    v.flag("dashboard", dashboard, "Whether the page for people is served.");
    v.flag("hold", hold, "Whether it stays after the run until a signal.");
    v.group("pipeline", pipeline, "The pipeline.");
    v.group("detector", detector, "The detector.");
    v.group("scenario", scenario, "The simulated world.");
  }
};

/// Where the shipped configuration lies: $TOWFISH_CONFIG, or the source tree's config/.
std::filesystem::path config_folder();

/// The file that `name` stands for: itself if it is a path, else NAME.yaml in that folder of config/.
/// UsageError listing what there is when there is no such file.
std::filesystem::path named_file(const std::string& folder, const std::string& name);

/// How to look: what the named file, or this one, in config/detectors says. UsageError names the file.
void read_detector(const std::string& name, DetectorSettings& settings);

}  // namespace towfish::process
