#include "pipeline/process/results.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "pipeline/contacts/chip_picture.hpp"
#include "pipeline/contacts/csv.hpp"
#include "pipeline/contacts/geojson.hpp"
#include "pipeline/contacts/output_file.hpp"
#include "pipeline/contacts/store.hpp"
#include "pipeline/latency/report.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/process/truth.hpp"
#include "pipeline/source/survey.hpp"

namespace towfish::process {

namespace {

constexpr std::array kFiles{"contacts.gpkg",    "contacts.gpkg-wal", "contacts.gpkg-shm", "contacts.csv",
                            "contacts.geojson", "summary.json",      "truth.csv"};

nlohmann::json count_contacts(const shm::Session& session) {
  const shm::FusionProgress fusion = session.block().fusion.load();
  return {
      {"total", fusion.contacts}, {"milco", fusion.milco}, {"nombo", fusion.nombo}, {"milec", fusion.milec}};
}

/// Fusion draws them at its end, which may not have come.
void draw_missing_chips(Store& store) {
  Store::Change change(store);
  draw_chips(store, change);
  change.commit();
}

/// Tells the store which log each ping came from.
void tell_sources(Store& store, const RunSettings& settings) {
  if (settings.mode == Mode::live) return store.set_source(0, settings.pipeline.scenario);
  const auto name = [](const LogPath& log) { return std::filesystem::path(log.path).filename().string(); };
  if (settings.loop) {  // numbers go on, so they no longer tell which log it was
    std::string all;
    for (const LogPath& log : settings.logs) all += (all.empty() ? "" : ", ") + name(log);
    return store.set_source(0, all);
  }
  std::uint64_t first_ping = 0;
  for (const LogPath& log : settings.logs) {
    store.set_source(first_ping, name(log));
    if (&log == &settings.logs.back()) break;
    try {
      first_ping += source::count_pings(*open_log(log.path, settings.reading.options()));
    } catch (const InputError&) {  // passed over by the source as well
    }
  }
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  OutputFile out(file);
  out.stream() << text;
  out.commit();
}

/// On the standard output, whether somebody reads it or not.
void print(const shm::Session& session, const std::filesystem::path& out, const nlohmann::json& summary) {
  std::string text;
  const auto end = std::back_inserter(text);
  const FrameCount frames = count_frames(session);
  fmt::format_to(end, "frames   emitted {} = fused {} + refused {} + quarantined {}{}\n", frames.emitted,
                 frames.fused, frames.refused, frames.quarantined,
                 frames.lost() == 0 ? "" : fmt::format(" + LOST {}", frames.lost()));
  fmt::format_to(end, "pings    port {}, starboard {}\n", summary["pings"]["port"].get<std::uint64_t>(),
                 summary["pings"]["starboard"].get<std::uint64_t>());
  fmt::format_to(
      end, "contacts {}: {} MILCO, {} NOMBO, {} MILEC\n", summary["contacts"]["total"].get<std::uint64_t>(),
      summary["contacts"]["milco"].get<std::uint64_t>(), summary["contacts"]["nombo"].get<std::uint64_t>(),
      summary["contacts"]["milec"].get<std::uint64_t>());
  if (summary.contains("detection")) {
    fmt::format_to(end, "truth    {} objects passed, {} detected, {} false alarms\n",
                   summary["detection"]["truth"].get<std::uint64_t>(),
                   summary["detection"]["detected"].get<std::uint64_t>(),
                   summary["detection"]["false_alarms"].get<std::uint64_t>());
  }
  for (const auto& [kind, count] : summary["faults"].items()) {
    fmt::format_to(end, "fault    {}: {}\n", kind, count.get<std::uint64_t>());
  }
  fmt::format_to(end, "\n{}\nresults  {}\n",
                 latency::table(session.block().latency, session.block().deadline_ns), out.string());
  std::fputs(text.c_str(), stdout);
}

}  // namespace

void remove_results(const std::filesystem::path& out) {
  std::error_code error;
  for (const char* file : kFiles) {
    std::filesystem::remove(out / file, error);
    if (error)
      throw std::runtime_error(
          fmt::format("{}: cannot be replaced: {}", (out / file).string(), error.message()));
  }
  std::filesystem::remove_all(out / "chips", error);
  std::filesystem::remove_all(out / "quarantine", error);
}

void write_results(const shm::Session& session, const RunSettings& settings, const RunOutcome& outcome) {
  const std::filesystem::path out = settings.out;
  Store store(out / "contacts.gpkg", Store::Mode::write);
  tell_sources(store, settings);
  store.name_sources();
  write_csv(store, out / "contacts.csv");
  write_geojson(store, out / "contacts.geojson");
  if (outcome.status != 0) draw_missing_chips(store);
  write_chips(store, out / "chips");
  nlohmann::json report = summary(session, settings, outcome);
  report["contacts"] = count_contacts(session);
  if (settings.mode == Mode::live) {
    const std::vector<TruthLook> truth = passed_truth(settings.scenario, session.block().source.load());
    write_truth(out / "truth.csv", truth);
    report["detection"] = detection_summary(store, truth);
  }
  store.set_fact("latency_us", report["latency_us"].dump());
  store.seal();
  write_text(out / "summary.json", report.dump(2) + "\n");
  print(session, out, report);
}

}  // namespace towfish::process
