#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "tests/bench/handoff/four_roles.hpp"
#include "tests/bench/handoff/machine.hpp"
#include "tests/bench/handoff/measurement.hpp"

namespace towfish::handoff {
namespace {

struct Options {
  int rounds = 5;
  double rate_hz = 200;
  double paced_s = 1;
  double saturated_s = 0.5;
  bool pipeline = false;
  int kills = 5;
  std::vector<std::string> only;
  std::string json;
};

struct Rival {
  std::string name;
  std::function<Round()> measure;
  std::vector<Round> rounds;
};

std::vector<Rival> rivals(const Options& options) {
  std::vector<Rival> all;
  const auto add = [&](const std::string& name, std::unique_ptr<Transport> (*make)()) {
    all.push_back({name,
                   [&options, make] {
                     Round round = measure_paced(make, options.rate_hz, options.paced_s);
                     round.frames_per_s = measure_saturated(make, options.saturated_s);
                     return round;
                   },
                   {}});
  };
  add("ring", make_ring);
#ifdef HANDOFF_ICEORYX
  add("iceoryx WaitSet", make_iceoryx);
#else
  fmt::print("left out: iceoryx (libiceoryx-posh-dev and iceoryx were not found when this was built)\n");
#endif
  add("Boost message_queue", make_message_queue);
  add("pipe", make_pipe);
  add("Unix stream", make_unix_stream);
  add("Unix SEQPACKET", make_unix_seqpacket);
#ifdef HANDOFF_ZEROMQ
  add("ZeroMQ", make_zeromq);
#else
  fmt::print("left out: ZeroMQ (libzmq3-dev was not found when this was built)\n");
#endif
  if (python_is_there()) {
    for (const char* kind : {"Pipe", "Queue"}) {
      const std::string name = fmt::format("Python {}", kind);
      all.push_back({name,
                     [&options, kind] {
                       return measure_python(kind == std::string("Pipe") ? "pipe" : "queue", options.rate_hz,
                                             options.paced_s, options.saturated_s);
                     },
                     {}});
    }
  } else {
    fmt::print("left out: Python's multiprocessing (python3 was not found)\n");
  }
  const std::set<std::string> wanted(options.only.begin(), options.only.end());
  if (!wanted.empty()) {
    std::erase_if(all,
                  [&](const Rival& rival) { return rival.name != "ring" && !wanted.contains(rival.name); });
  }
  return all;
}

double median(const std::vector<Round>& rounds, double Round::*figure) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(round.*figure);
  return quantile(values, 0.5);
}

/// Median over the rounds of ring / other of the same round: what disturbs a round disturbs both.
double ratio(const Rival& ring, const Rival& other, double Round::*figure) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(ring.rounds.size(), other.rounds.size()); ++i) {
    ratios.push_back(ring.rounds[i].*figure / (other.rounds[i].*figure));
  }
  return quantile(ratios, 0.5);
}

nlohmann::json compare(const Options& options) {
  std::vector<Rival> all = rivals(options);
  std::vector<double> memcpys;
  std::vector<double> memcpy_shares;
  for (int round = 0; round < options.rounds; ++round) {
    fmt::print(stderr, "round {} of {}, load {:.1f}\n", round + 1, options.rounds, load_average());
    memcpys.push_back(memcpy_frames_per_s(options.saturated_s));
    for (auto rival = all.begin(); rival != all.end();) {
      try {
        rival->rounds.push_back(rival->measure());
        ++rival;
      } catch (const std::exception& error) {
        fmt::print("left out: {} ({})\n", rival->name, error.what());
        rival = all.erase(rival);
      }
    }
    if (all.empty() || all.front().name != "ring") throw std::runtime_error("the ring could not be measured");
    memcpy_shares.push_back(all.front().rounds.back().frames_per_s / memcpys.back());
  }
  const double memcpy_rate = quantile(memcpys, 0.5);
  const double memcpy_share = quantile(memcpy_shares, 0.5);
  const Rival& ring = all.front();
  nlohmann::json result{{"memcpy_frames_per_s", memcpy_rate}, {"ring_share_of_memcpy", memcpy_share}};
  fmt::print("{:<22}{:>10}{:>10}{:>12}   {}\n", "1 MiB, two processes", "p50 us", "p99 us", "frames/s",
             "ring to it: p50, p99, frames/s");
  for (const Rival& rival : all) {
    const double p50 = median(rival.rounds, &Round::p50_us);
    const double p99 = median(rival.rounds, &Round::p99_us);
    const double rate = median(rival.rounds, &Round::frames_per_s);
    fmt::print("{:<22}{:>10.1f}{:>10.1f}{:>12.0f}   1/{:<8.2f}1/{:<8.2f}{:.2f}x\n", rival.name, p50, p99,
               rate, 1 / ratio(ring, rival, &Round::p50_us), 1 / ratio(ring, rival, &Round::p99_us),
               ratio(ring, rival, &Round::frames_per_s));
    result["transports"][rival.name] = {{"p50_us", p50},
                                        {"p99_us", p99},
                                        {"frames_per_s", rate},
                                        {"ring_p50_ratio", ratio(ring, rival, &Round::p50_us)},
                                        {"ring_p99_ratio", ratio(ring, rival, &Round::p99_us)},
                                        {"ring_rate_ratio", ratio(ring, rival, &Round::frames_per_s)}};
  }
  fmt::print("{:<22}{:>32.0f}   the ring reaches {:.2f} of it\n", "memcpy alone", memcpy_rate, memcpy_share);
  return result;
}

nlohmann::json four_roles(const Options& options) {
  nlohmann::json result;
  for (const bool pinned : {false, true}) {
    std::vector<double> p50;
    std::vector<double> p99;
    std::vector<double> cpu;
    std::array<double, shm::kRoles> comeback{};
    std::uint64_t faults = 0;
    std::uint64_t refused = 0;
    for (int round = 0; round < options.rounds; ++round) {
      FourRolesSettings settings;
      settings.pinned = pinned;
      settings.kills_per_role = options.kills;
      const FourRolesResult figures = run_four_roles(settings);
      p50.push_back(figures.p50_ms);
      p99.push_back(figures.p99_ms);
      cpu.push_back(figures.cpu_percent);
      faults += figures.faults;
      refused += figures.refused;
      for (std::size_t i = 0; i < comeback.size(); ++i)
        comeback[i] = std::max(comeback[i], figures.worst_comeback_ms[i]);
      fmt::print(stderr, "{} round {} of {}: p99 {:.2f} ms, load {:.1f}\n", pinned ? "pinned" : "unpinned",
                 round + 1, options.rounds, figures.p99_ms, load_average());
    }
    const char* label = pinned ? "workers pinned" : "unpinned";
    fmt::print(
        "{:<16} p50 {:.2f} ms  p99 {:.2f} ms  CPU {:.1f} % of all cores  refused {}  torn, lost or repeated "
        "{}\n",
        label, quantile(p50, 0.5), quantile(p99, 0.5), quantile(cpu, 0.5), refused, faults);
    nlohmann::json& entry = result[pinned ? "pinned" : "unpinned"];
    entry = {{"p50_ms", quantile(p50, 0.5)},
             {"p99_ms", quantile(p99, 0.5)},
             {"cpu_percent", quantile(cpu, 0.5)},
             {"refused", refused},
             {"faults", faults}};
    for (const shm::Role role :
         {shm::Role::source, shm::Role::port_detector, shm::Role::starboard_detector, shm::Role::fusion}) {
      fmt::print("  back after kill -9, worst of {}: {:<20}{:.1f} ms\n", options.kills * options.rounds,
                 shm::name(role), comeback[shm::index(role)]);
      entry["comeback_ms"][std::string(shm::name(role))] = comeback[shm::index(role)];
    }
  }
  return result;
}

void run(const Options& options) {
  const Machine machine = this_machine();
  const double line_ns = cache_line_handoff_ns();
  fmt::print("{}, {} cores, Linux {}; load {:.2f}; a cache line goes from core to core in {:.0f} ns\n",
             machine.cpu, machine.cores, machine.kernel, load_average(), line_ns);
  nlohmann::json result{{"cpu", machine.cpu},       {"cores", machine.cores},
                        {"kernel", machine.kernel}, {"load_before", load_average()},
                        {"cache_line_ns", line_ns}, {"rounds", options.rounds}};
  if (options.pipeline) {
    result["four_roles"] = four_roles(options);
  } else {
    result["handoff"] = compare(options);
  }
  result["load_after"] = load_average();
  result["cache_line_ns_after"] = cache_line_handoff_ns();
  fmt::print("load {:.2f}; a cache line goes from core to core in {:.0f} ns\n", load_average(),
             result["cache_line_ns_after"].get<double>());
  if (!options.json.empty()) std::ofstream(options.json) << result.dump(2) << "\n";
}

}  // namespace
}  // namespace towfish::handoff

int main(int argc, char** argv) {
  towfish::handoff::Options options;
  CLI::App app{
      "Measures the hand-off of 1 MiB frames between two processes on a core each: the ring against other "
      "ways, "
      "interleaved, medians over the rounds; or, with --pipeline, four roles in a row."};
  app.add_option("--rounds", options.rounds, "Rounds; each measures every transport once")
      ->check(CLI::Range(1, 1000));
  app.add_option("--rate", options.rate_hz, "Frames a second when paced")->check(CLI::Range(1.0, 10000.0));
  app.add_option("--paced-seconds", options.paced_s, "Paced measurement a round")
      ->check(CLI::Range(0.05, 30.0));
  app.add_option("--saturated-seconds", options.saturated_s, "Saturated measurement a round")
      ->check(CLI::Range(0.05, 30.0));
  app.add_option("--only", options.only, "Rivals to measure beside the ring, by name (default: all)");
  app.add_flag("--pipeline", options.pipeline,
               "Source, two workers with 2 ms of work and a fusion, 100 pairs a second");
  app.add_option("--kills", options.kills, "With --pipeline: kill -9 of each role a round")
      ->check(CLI::Range(0, 1000));
  app.add_option("--json", options.json, "Also write the figures to this file");
  CLI11_PARSE(app, argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    towfish::handoff::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "handoff_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
