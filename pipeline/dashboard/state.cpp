#include "pipeline/dashboard/state.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/utc_text.hpp"
#include "pipeline/process/wanted_recording.hpp"
#include "sim/sidescan.hpp"

namespace towfish::dashboard {

using nlohmann::json;

namespace {

json control(const shm::SessionBlock& block) {
  const shm::SourceControl& control = block.control;
  json result{{"paused", control.paused.load(std::memory_order_relaxed) != 0},
              {"pings", control.pings.load(std::memory_order_relaxed)},
              {"speed", nullptr},
              {"recording", nullptr}};
  if (control.speed_given.load(std::memory_order_acquire) != 0) {
    result["speed"] = control.speed.load(std::memory_order_relaxed);
  }
  if (const auto asked_ns = control.recording_utc_ns.load(std::memory_order_acquire); asked_ns != 0) {
    result["recording"] = process::WantedRecording::file_name(asked_ns).string();
  }
  return result;
}

/// Shares of frames by total latency: pairs of an upper edge in microseconds and a count, octaves in eighths.
json histogram(const latency::LatencyBlock& block) {
  std::map<int, std::uint64_t> eighths;
  for (const auto& side : block.by_side) {
    side[latency::index(latency::Stage::total)].for_each([&](std::uint64_t edge_ns, std::uint64_t count) {
      const double octaves = std::log2(static_cast<double>(std::max<std::uint64_t>(edge_ns, 1000)) * 1e-3);
      eighths[static_cast<int>(std::ceil(octaves * 8))] += count;
    });
  }
  json bars = json::array();
  for (const auto& [eighth, count] : eighths) bars.push_back({std::exp2(eighth / 8.0), count});
  return bars;
}

}  // namespace

json state(const shm::Session& session, const process::Snapshot& snapshot) {
  const shm::SessionBlock& block = session.block();
  json message = process::json(snapshot);
  message["type"] = "state";
  message["time_utc"] = utc_text(block.source.load().time_utc_ns);
  message["histogram"] = histogram(block.latency);
  message["control"] = control(block);
  return message;
}

json introduction(const shm::Session& session, const process::RunSettings& settings) {
  const bool live = settings.mode == process::Mode::live;
  json seen = json::array();
  if (live) {
    seen.push_back(escape::plain(settings.pipeline.scenario));
  } else {
    for (const auto& log : settings.logs) {
      seen.push_back(escape::plain(std::filesystem::path(log.path).filename().string()));
    }
  }
  return {{"type", "hello"},
          {"session", session.name()},
          {"mode", live ? "live" : "replay"},
          {"processes", settings.execution == process::Execution::processes},
          {"speed", settings.speed},
          {"seen", seen},
          {"deadline_ms", static_cast<double>(session.block().deadline_ns) * 1e-6},
          {"started_utc", utc_text(session.block().created_utc_ns)},
          {"hang_timeout_ms", settings.pipeline.supervisor.hang_timeout_s * 1e3}};
}

json truth(const process::RunSettings& settings) {
  json looks = json::array();
  if (settings.mode == process::Mode::live) {
    for (const TruthLook& look : Sidescan(settings.scenario).truth()) {
      if (!look.visible) continue;
      looks.push_back({{"id", look.truth_id},
                       {"class", towfish::name(look.contact_class)},
                       {"shape", look.shape},
                       {"latitude", look.latitude_deg},
                       {"longitude", look.longitude_deg},
                       {"side", towfish::index(look.side)},
                       {"ping", look.ping},
                       {"sample", look.sample}});
    }
  }
  return {{"type", "truth"}, {"looks", looks}};
}

}  // namespace towfish::dashboard
