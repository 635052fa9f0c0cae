#pragma once

#include <string>
#include <vector>

#include "pipeline/bench/experiment.hpp"
#include "pipeline/bench/trial.hpp"

namespace towfish::bench {

/// How much is measured.
struct Effort {
  int repetitions = 3;
  double seconds = 10;         ///< Of each trial of latency.
  std::uint64_t pings = 6000;  ///< Of the log that is replayed.
};

/// Latency: rates up to the knee; frame lengths; each real-time setting.
std::vector<Experiment> latency_experiments(const Workshop& workshop, const Effort& effort);

/// Replay as fast as possible: samples per ping, frame lengths, cold file and page cache.
std::vector<Experiment> throughput_experiments(const Workshop& workshop, const Effort& effort);

/// Sequential, threads and processes on the same log, small frames to large.
std::vector<Experiment> modes_experiments(const Workshop& workshop, const Effort& effort);

/// This program and tests/peer, a pipeline as a Python user would write it, on the same log.
std::vector<Experiment> peer_experiments(const Workshop& workshop, const Effort& effort);

/// Batches with one worker and with one a core: many logs of mixed size, and a large one.
std::vector<Experiment> batch_experiments(const Workshop& workshop, const Effort& effort);

/// The table of hand-off alternatives as `handoff_bench` prints it, if that was built; else how to build it.
std::string handoff_table();

}  // namespace towfish::bench
