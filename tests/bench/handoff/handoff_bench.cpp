#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "pipeline/shm/segment.hpp"
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
  Placement placement = Placement::scheduler;
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
                     Round round = measure_paced(make, options.placement, options.rate_hz, options.paced_s);
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
                       return measure_python(kind == std::string("Pipe") ? "pipe" : "queue",
                                             options.placement, options.rate_hz, options.paced_s,
                                             options.saturated_s);
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

/// Prints a rival's line and returns it for --json.
nlohmann::json tell(const Rival& ring, const Rival& rival) {
  const nlohmann::json line{{"p50_us", median(rival.rounds, &Round::p50_us)},
                            {"p99_us", median(rival.rounds, &Round::p99_us)},
                            {"frames_per_s", median(rival.rounds, &Round::frames_per_s)},
                            {"ring_p50_ratio", ratio(ring, rival, &Round::p50_us)},
                            {"ring_p99_ratio", ratio(ring, rival, &Round::p99_us)},
                            {"ring_rate_ratio", ratio(ring, rival, &Round::frames_per_s)}};
  const auto figure = [&line](const char* key) { return line.at(key).get<double>(); };
  fmt::print("{:<22}{:>10.1f}{:>10.1f}{:>12.0f}   1/{:<8.2f}1/{:<8.2f}{:.2f}x\n", rival.name,
             figure("p50_us"), figure("p99_us"), figure("frames_per_s"), 1 / figure("ring_p50_ratio"),
             1 / figure("ring_p99_ratio"), figure("ring_rate_ratio"));
  return line;
}

/// One round of all; those that cannot be measured here are left out from then on.
void measure_round(std::vector<Rival>& all) {
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
}

nlohmann::json compare(const Options& options) {
  std::vector<Rival> all = rivals(options);
  // Heap memory may lie in huge pages, which /dev/shm has only where the administrator mounts it so: the
  // second figure tells what the pages cost, the rest of the difference is the hand-off.
  std::vector<std::byte> heap(kDepth * kFrameBytes);
  const std::string name = fmt::format("handoff-memcpy-{}", getpid());
  const shm::Segment segment = shm::Segment::create(name, heap.size());
  shm::Segment::remove(name);
  std::vector<double> memcpys;
  std::vector<double> memcpys_shm;
  std::vector<double> memcpy_shares;
  std::vector<double> memcpy_shm_shares;
  for (int round = 0; round < options.rounds; ++round) {
    fmt::print(stderr, "round {} of {}, load {:.1f}\n", round + 1, options.rounds, load_average());
    memcpys.push_back(memcpy_frames_per_s(options.saturated_s, heap));
    memcpys_shm.push_back(memcpy_frames_per_s(options.saturated_s, segment.memory()));
    measure_round(all);
    memcpy_shares.push_back(all.front().rounds.back().frames_per_s / memcpys.back());
    memcpy_shm_shares.push_back(all.front().rounds.back().frames_per_s / memcpys_shm.back());
  }
  nlohmann::json result{{"memcpy_frames_per_s", quantile(memcpys, 0.5)},
                        {"ring_share_of_memcpy", quantile(memcpy_shares, 0.5)},
                        {"memcpy_shm_frames_per_s", quantile(memcpys_shm, 0.5)},
                        {"ring_share_of_memcpy_shm", quantile(memcpy_shm_shares, 0.5)}};
  fmt::print("paced: {}; saturated: a core each\n",
             options.placement == Placement::scheduler ? "where the scheduler puts them" : "a core each");
  fmt::print("{:<22}{:>10}{:>10}{:>12}   {}\n", "1 MiB, two processes", "p50 us", "p99 us", "frames/s",
             "ring to it: p50, p99, frames/s");
  for (const Rival& rival : all) result["transports"][rival.name] = tell(all.front(), rival);
  fmt::print("{:<22}{:>32.0f}   the ring reaches {:.2f} of it\n", "memcpy alone", quantile(memcpys, 0.5),
             quantile(memcpy_shares, 0.5));
  fmt::print("{:<22}{:>32.0f}   the ring reaches {:.2f} of it\n", "memcpy into /dev/shm",
             quantile(memcpys_shm, 0.5), quantile(memcpy_shm_shares, 0.5));
  return result;
}

constexpr std::array<shm::Role, 4> kRolesInARow{shm::Role::source, shm::Role::port_detector,
                                                shm::Role::starboard_detector, shm::Role::fusion};

/// Prints what the rounds of one setting gave and returns it for --json.
nlohmann::json tell(const Options& options, bool pinned, const std::vector<FourRolesResult>& rounds) {
  const auto middle = [&rounds](double FourRolesResult::*figure) {
    std::vector<double> values;
    for (const FourRolesResult& round : rounds) values.push_back(round.*figure);
    return quantile(values, 0.5);
  };
  std::uint64_t refused = 0;
  std::uint64_t faults = 0;
  for (const FourRolesResult& round : rounds) {
    refused += round.refused;
    faults += round.faults;
  }
  nlohmann::json entry{{"p50_ms", middle(&FourRolesResult::p50_ms)},
                       {"p99_ms", middle(&FourRolesResult::p99_ms)},
                       {"cpu_percent", middle(&FourRolesResult::cpu_percent)},
                       {"refused", refused},
                       {"faults", faults}};
  fmt::print(
      "{:<16} p50 {:.2f} ms  p99 {:.2f} ms  CPU {:.1f} % of all cores  refused {}  torn, lost or repeated "
      "{}\n",
      pinned ? "workers pinned" : "unpinned", entry["p50_ms"].get<double>(), entry["p99_ms"].get<double>(),
      entry["cpu_percent"].get<double>(), refused, faults);
  for (const shm::Role role : kRolesInARow) {
    double worst = 0;
    for (const FourRolesResult& round : rounds)
      worst = std::max(worst, round.worst_comeback_ms[shm::index(role)]);
    fmt::print("  back after kill -9, worst of {}: {:<20}{:.1f} ms\n", options.kills * options.rounds,
               shm::name(role), worst);
    entry["comeback_ms"][std::string(shm::name(role))] = worst;
  }
  return entry;
}

nlohmann::json four_roles(const Options& options) {
  std::array<std::vector<FourRolesResult>, 2> results;
  for (int round = 0; round < options.rounds; ++round) {
    for (const bool pinned : {false, true}) {
      FourRolesSettings settings;
      settings.pinned = pinned;
      settings.kills_per_role = options.kills;
      results[pinned ? 1 : 0].push_back(run_four_roles(settings));
      fmt::print(stderr, "{} round {} of {}: p99 {:.2f} ms, load {:.1f}\n", pinned ? "pinned" : "unpinned",
                 round + 1, options.rounds, results[pinned ? 1 : 0].back().p99_ms, load_average());
    }
  }
  return {{"unpinned", tell(options, false, results[0])}, {"pinned", tell(options, true, results[1])}};
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
      "Measures the hand-off of 1 MiB frames between two processes: the ring against other ways, "
      "interleaved, "
      "medians over the rounds; paced where the scheduler puts them, saturated on a core each. With "
      "--pipeline: "
      "four roles in a row."};
  app.add_option("--rounds", options.rounds, "Rounds; each measures every transport once")
      ->check(CLI::Range(1, 1000));
  app.add_option("--rate", options.rate_hz, "Frames a second when paced")->check(CLI::Range(1.0, 10000.0));
  app.add_option("--paced-seconds", options.paced_s, "Paced measurement a round")
      ->check(CLI::Range(0.05, 30.0));
  app.add_option("--saturated-seconds", options.saturated_s, "Saturated measurement a round")
      ->check(CLI::Range(0.05, 30.0));
  app.add_option("--only", options.only, "Rivals to measure beside the ring, by name (default: all)");
  app.add_flag_callback(
      "--pin", [&options] { options.placement = towfish::handoff::Placement::core_each; },
      "A core each when paced, too");
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
