#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/handoff/transport.hpp"

namespace towfish::handoff {

/// What one transport did in one round.
struct Round {
  double p50_us = 0;
  double p99_us = 0;
  double frames_per_s = 0;
};

/// Where producer and consumer run. The scheduler puts a process that is woken now and then beside the one
/// that wakes it, which spares the wake-up of a sleeping core; a core each is what saturation asks for.
enum class Placement { scheduler, core_each };

/// Publication -> received, of frames handed over at `rate_hz` for `seconds` after some to warm up.
/// Producer and consumer are processes of their own. Throws when a frame is not whole or a process fails.
Round measure_paced(const std::function<std::unique_ptr<Transport>()>& make, Placement placement,
                    double rate_hz, double seconds);

/// Frames a second when the producer never waits for the clock, on a core each.
double measure_saturated(const std::function<std::unique_ptr<Transport>()>& make, double seconds);

/// Both, by the script that does the same with Python's multiprocessing; `kind` is "pipe" or "queue".
Round measure_python(const std::string& kind, Placement placement, double rate_hz, double paced_seconds,
                     double saturated_seconds);
bool python_is_there();

/// The value below which `share` of the values lie; sorts them.
double quantile(std::vector<double>& values, double share);

}  // namespace towfish::handoff
