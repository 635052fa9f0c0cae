#include "pipeline/batch/results.hpp"

#include <fmt/format.h>

#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "pipeline/batch/copies.hpp"
#include "pipeline/contacts/chip_picture.hpp"
#include "pipeline/contacts/csv.hpp"
#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/geojson.hpp"
#include "pipeline/contacts/store.hpp"

namespace towfish::batch {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Sums {
  std::uint64_t found = 0;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t set_aside = 0;
  std::uint64_t no_logs = 0;
  std::uint64_t bytes = 0;
  std::uint64_t detections = 0;
  std::uint64_t refused = 0;
  json faults = json::object();
  json failures = json::array();
  json copies = json::array();
};

void add(const LogRow& log, const Copies& all_copies, Sums& sums) {
  if (log.state == LogState::no_log) {
    ++sums.no_logs;
    return;
  }
  ++sums.found;
  sums.bytes += log.stamp.size;
  sums.done += log.done() ? 1 : 0;
  if (log.state == LogState::failed) {
    ++sums.failed;
    sums.failures.push_back({{"log", log.name}, {"what", "unreadable"}, {"why", log.message}});
  }
  if (const auto copy = all_copies.find(log.id); copy != all_copies.end()) {
    sums.copies.push_back({{"log", log.name}, {"of", copy->second->name}});
    return;
  }
  sums.set_aside += log.set_aside() > 0 ? 1 : 0;
  for (const StretchRow& row : log.stretches) {
    sums.detections += row.result.detections;
    sums.refused += row.result.refused;
    for (const Fault& fault : row.result.faults) {
      json& count = sums.faults[fault.kind];
      count = (count.is_null() ? 0 : count.get<std::uint64_t>()) + fault.count;
    }
    if (row.state != StretchState::set_aside) continue;
    sums.failures.push_back(
        {{"log", log.name}, {"what", "set aside"}, {"first_ping", row.stretch.first}, {"why", row.message}});
    if (row.stretch.end != kToTheEnd) sums.failures.back()["end_ping"] = row.stretch.end;
  }
}

}  // namespace

json batch_summary(const std::vector<LogRow>& logs, const MergeCounts& counts, const RunFigures& figures) {
  Sums sums;
  const Copies copies = find_copies(logs);
  for (const LogRow& log : logs) add(log, copies, sums);
  const FusionCounters& fusion = counts.fusion;
  return {{"mode", "batch"},
          {"logs",
           {{"found", sums.found},
            {"done", sums.done},
            {"failed", sums.failed},
            {"set_aside", sums.set_aside},
            {"copies", sums.copies.size()},
            {"other_files", sums.no_logs},
            {"bytes", sums.bytes}}},
          {"failures", sums.failures},
          {"copies", sums.copies},
          {"frames", {{"fused", counts.frames}}},
          {"pings", counts.pings},
          {"detections", {{"total", sums.detections}, {"refused", sums.refused}}},
          {"contacts",
           {{"total", fusion.contacts},
            {"milec", fusion.milec},
            {"milco", fusion.milco},
            {"nombo", fusion.nombo},
            {"resightings", fusion.resightings}}},
          {"faults", sums.faults},
          {"workers",
           {{"count", figures.workers},
            {"deaths", figures.worker_deaths},
            {"busy_s", figures.busy_s},
            {"peak_rss_mib", static_cast<double>(figures.peak_rss_kib) / 1024}}},
          {"duration_s", figures.duration_s},
          {"scan_s", figures.scan_s},
          {"merge_s", figures.merge_s},
          {"version", TOWFISH_VERSION},
          {"configuration", figures.configuration}};
}

void write_results(const fs::path& out, const json& summary) {
  auto chips = std::async(std::launch::async, [&out] {
    Store store(out / "contacts.gpkg", Store::Mode::read);
    write_chips(store, out / "chips");
  });
  Store store(out / "contacts.gpkg", Store::Mode::read);
  write_csv(store, out / "contacts.csv");
  write_geojson(store, out / "contacts.geojson");
  chips.get();
  std::ofstream file(out / "summary.json");
  file << summary.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
  file.close();
  if (!file) throw std::runtime_error(fmt::format("{}: cannot be written", (out / "summary.json").string()));
}

void print_results(const fs::path& out, const json& summary) {
  const auto number = [&](const char* group, const char* key) {
    return summary[group][key].get<std::uint64_t>();
  };
  fmt::print("logs     found {} = done {} + failed {} + set aside {}\n", number("logs", "found"),
             number("logs", "done"), number("logs", "failed"), number("logs", "set_aside"));
  for (const json& copy : summary["copies"]) {
    fmt::print("copy     {} is left out: {} is the same\n", escape::plain(copy["log"].get<std::string>()),
               escape::plain(copy["of"].get<std::string>()));
  }
  fmt::print("pings    {} in {} frame pairs\n", summary["pings"].get<std::uint64_t>(),
             number("frames", "fused"));
  fmt::print("contacts {}: {} MILCO, {} NOMBO, {} MILEC, {} re-sightings\n", number("contacts", "total"),
             number("contacts", "milco"), number("contacts", "nombo"), number("contacts", "milec"),
             number("contacts", "resightings"));
  for (const auto& [kind, count] : summary["faults"].items()) {
    fmt::print("fault    {}: {}\n", kind, count.get<std::uint64_t>());
  }
  for (const json& failure : summary["failures"]) {
    fmt::print("failed   {} {}: {}\n", escape::plain(failure["log"].get<std::string>()),
               failure["what"].get<std::string>(), escape::plain(failure["why"].get<std::string>()));
  }
  fmt::print(
      "time     {:.1f} s, of which merging {:.1f} s; workers {} busy {:.1f} s, at most {:.0f} MiB each\n",
      summary["duration_s"].get<double>(), summary["merge_s"].get<double>(), number("workers", "count"),
      summary["workers"]["busy_s"].get<double>(), summary["workers"]["peak_rss_mib"].get<double>());
  fmt::print("results  {}\n", out.string());
}

}  // namespace towfish::batch
