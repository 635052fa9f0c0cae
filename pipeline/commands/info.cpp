#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/log_options.hpp"
#include "pipeline/contacts/escape.hpp"
#include "pipeline/logs/log_summary.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {
namespace {

using Json = nlohmann::ordered_json;

struct InfoOptions {
  std::vector<std::string> logs;
  LogArguments log;
  bool json = false;
};

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json time_or_null(std::int64_t time_utc_ns) {
  return time_utc_ns == kUnknownTime ? Json(nullptr) : Json(iso_time(time_utc_ns));
}

double duration_s(const LogSummary& s) {
  return s.first_time_ns == kUnknownTime ? NAN : static_cast<double>(s.last_time_ns - s.first_time_ns) * 1e-9;
}

Json navigation_sources(const LogSummary& s) {
  Json sources = Json::object();
  for (std::size_t i = 0; i < kPositionFromCount; ++i) {
    if (s.positions_from[i] > 0) sources[name(static_cast<PositionFrom>(i))] = s.positions_from[i];
  }
  return sources;
}

Json to_json(const std::string& file, const Log& log, const LogSummary& s) {
  const LogDescription& d = log.description();
  Json out{{"file", file}, {"format", d.format}, {"recorder", d.recorder}, {"sonar", d.sonar}};
  out["channels"] = Json::array();
  for (std::size_t i = 0; i < d.pairs.size(); ++i) {
    const ChannelPair& pair = d.pairs[i];
    out["channels"].push_back({{"pair", i},
                               {"name", pair.name},
                               {"frequency_khz", pair.frequency_khz},
                               {"port", pair.has[0]},
                               {"starboard", pair.has[1]},
                               {"chosen", i == d.pair}});
  }
  out["pings"] = s.pings;
  for (const Side side : kSides) {
    out[std::string(name(side))] = {{"pings", s.side_pings[index(side)]},
                                    {"least_samples", s.least_samples[index(side)]},
                                    {"most_samples", s.most_samples[index(side)]}};
  }
  out["sample_format"] = d.sample_format;
  out["port_order"] = d.port_order;
  out["least_range_m"] = number_or_null(s.least_range_m);
  out["range_m"] = number_or_null(s.most_range_m);
  out["frequency_khz"] = s.frequency_khz > 0 ? Json(s.frequency_khz) : Json(nullptr);
  out["first_time_utc"] = time_or_null(s.first_time_ns);
  out["last_time_utc"] = time_or_null(s.last_time_ns);
  out["duration_s"] = number_or_null(duration_s(s));
  out["mean_interval_s"] = number_or_null(s.mean_interval_s);
  out["mean_speed_mps"] = number_or_null(s.mean_speed_mps);
  out["mean_altitude_m"] = number_or_null(s.mean_altitude_m);
  out["course_minus_heading_deg"] = number_or_null(s.course_minus_heading_deg);
  out["distance_m"] = s.distance_m;
  out["area_m2"] = s.area_m2;
  out["bounds_deg"] = Json::array();
  for (const double bound : s.bounds_deg) out["bounds_deg"].push_back(number_or_null(bound));
  out["navigation"] = navigation_sources(s);
  out["remarks"] = d.remarks;
  out["faults"] = Json::array();
  for (const Fault& fault : log.faults()) {
    out["faults"].push_back({{"kind", fault.kind}, {"count", fault.count}, {"first_at", fault.first_at}});
  }
  return out;
}

void line(const char* label, const std::string& text) {
  if (!text.empty()) fmt::print("  {:<12}{}\n", label, escape::plain(text));
}

std::string sides_text(const LogSummary& s) {
  std::string text;
  for (const Side side : kSides) {
    const auto least = s.least_samples[index(side)];
    const auto most = s.most_samples[index(side)];
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", name(side), s.side_pings[index(side)] == 0 ? "none" : std::to_string(most));
    if (least != most) text += fmt::format(" (from {})", least);
    if (s.side_pings[index(side)] != s.pings) text += fmt::format(" in {} pings", s.side_pings[index(side)]);
  }
  return text;
}

std::string known(const char* format, double value) {
  return std::isfinite(value) ? fmt::format(fmt::runtime(format), value) : "";
}

void print_channels(const LogDescription& d) {
  for (std::size_t i = 0; i < d.pairs.size(); ++i) {
    const ChannelPair& pair = d.pairs[i];
    const std::string frequency =
        pair.frequency_khz > 0 ? fmt::format("{:g} kHz", pair.frequency_khz) : "unknown frequency";
    line(i == 0 ? "channels" : "",
         fmt::format("{}: {}, {}{}{}{}", i, frequency, pair.name, pair.has[0] ? "" : ", no port",
                     pair.has[1] ? "" : ", no starboard", i == d.pair ? " (read)" : ""));
  }
}

void print_navigation(const LogSummary& s) {
  const Json sources = navigation_sources(s);
  for (const auto& [source, pings] : sources.items()) {
    line("navigation", fmt::format("{}: {} pings", source, pings.get<std::uint64_t>()));
  }
  if (std::isfinite(s.bounds_deg[0])) {
    line("within", fmt::format("{:.6f} to {:.6f} N, {:.6f} to {:.6f} E", s.bounds_deg[0], s.bounds_deg[2],
                               s.bounds_deg[1], s.bounds_deg[3]));
    line("distance", fmt::format("{:.1f} m, {:.4f} km2 insonified", s.distance_m, s.area_m2 * 1e-6));
  }
  line("speed", known("{:.2f} m/s", s.mean_speed_mps));
  line("altitude", known("{:.1f} m as recorded", s.mean_altitude_m));
  const double off_deg = std::round(10 * s.course_minus_heading_deg) / 10 + 0.0;  // No "-0.0".
  line("heading", known("course lies {:+.1f} deg from it", off_deg) +
                      (std::abs(off_deg) >= 1 ? ": crab, or a magnetic compass" : ""));
}

void print_human(const std::string& file, const Log& log, const LogSummary& s) {
  const LogDescription& d = log.description();
  fmt::print("{}\n", escape::plain(file));
  line("format", d.format + (d.recorder.empty() ? "" : ", written by " + d.recorder));
  line("sonar", d.sonar);
  print_channels(d);
  line("pings", std::to_string(s.pings));
  line("samples", fmt::format("{}; {}; port {}", sides_text(s), d.sample_format, d.port_order));
  line("range", s.least_range_m == s.most_range_m
                    ? fmt::format("{:.2f} m", s.most_range_m)
                    : fmt::format("{:.2f} to {:.2f} m", s.least_range_m, s.most_range_m));
  line("frequency", s.frequency_khz > 0 ? fmt::format("{:g} kHz", s.frequency_khz) : "");
  if (s.first_time_ns != kUnknownTime) {
    line("time", fmt::format("{} to {}, {:.1f} s{}", iso_time(s.first_time_ns), iso_time(s.last_time_ns),
                             duration_s(s), known(", a ping every {:.4f} s", s.mean_interval_s)));
  }
  print_navigation(s);
  for (const std::string& remark : d.remarks) line("note", remark);
  for (const Fault& fault : log.faults()) {
    line("fault", fmt::format("{}: {}, first at {}", fault.kind, fault.count, fault.first_at));
  }
}

int info(const InfoOptions& options) {
  Json all = Json::array();
  int status = 0;
  for (const std::string& file : options.logs) {
    try {
      const auto log = open_log(file, options.log.parsed());
      Progress progress("reading", *log);
      const LogSummary summary = summarise(*log, [&] {
        progress.ping();
        return true;
      });
      if (options.json) {
        all.push_back(to_json(escape::plain(file), *log, summary));
      } else {
        print_human(file, *log, summary);
      }
    } catch (const InputError& error) {
      spdlog::error("{}", error.what());
      if (options.json)
        all.push_back({{"file", escape::plain(file)}, {"error", escape::plain(error.what())}});
      status = 3;
    }
  }
  if (options.json) fmt::print("{}\n", (all.size() == 1 ? all[0] : all).dump(2));
  return status;
}

}  // namespace

void add_info(CLI::App& app, Run& run) {
  auto options = std::make_shared<InfoOptions>();
  CLI::App* command = app.add_subcommand("info", "What is in a log, and what is wrong with it.");
  command->footer("Exit status 3 if a log cannot be read; the others are still reported.");
  command->add_option("logs", options->logs, "Recorded logs of any format")->required();
  command->add_flag("--json", options->json, "One JSON object, or an array for several logs");
  options->log.add_to(*command);
  command->callback([options, &run] { run = [options] { return info(*options); }; });
}

}  // namespace towfish::commands
