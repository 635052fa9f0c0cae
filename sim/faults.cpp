#include "sim/faults.hpp"

#include <algorithm>
#include <cmath>

#include "sim/random.hpp"

namespace towfish::sim {
namespace {

/// What a hash is drawn for.
enum Kind : std::uint64_t { drop, late, missing_side, burst, jump, freeze, nan, lie, pulses };

}  // namespace

std::optional<std::uint64_t> Faults::window(const WindowSettings& fault, std::uint64_t ping,
                                            std::uint64_t kind) const {
  if (fault.per_minute <= 0) return std::nullopt;
  const auto window = static_cast<std::uint64_t>(static_cast<double>(ping) * interval_s_ / fault.duration_s);
  const double chance = fault.per_minute * fault.duration_s / 60;
  return uniform(hash(seed_, kind, window)) < chance ? std::optional(window) : std::nullopt;
}

bool Faults::dropped(std::uint64_t ping) const {
  return uniform(hash(seed_, drop, ping)) < settings_.dropped_per_1000 / 1000;
}

double Faults::time_s(std::uint64_t ping) const {
  const double due = static_cast<double>(ping) * interval_s_;
  if (uniform(hash(seed_, late, ping)) >= settings_.late_per_1000 / 1000) return due;
  const double most = std::min(settings_.late_s, 0.9 * interval_s_);
  return due + uniform(hash(mix(seed_), late, ping), 0, most);
}

bool Faults::missing(std::uint64_t ping, Side side) const {
  const auto struck = window(settings_.one_side_missing, ping, missing_side);
  return struck && (hash(mix(seed_), missing_side, *struck) & 1) == index(side);
}

float Faults::gain(std::uint64_t ping) const {
  const auto struck = window(settings_.gain_jump, ping, jump);
  if (!struck) return 1;
  const double up = (hash(mix(seed_), jump, *struck) & 1) == 0 ? 1 : -1;
  return static_cast<float>(std::pow(10, up * settings_.gain_jump_db / 20));
}

std::optional<std::uint64_t> Faults::frozen_since(std::uint64_t ping) const {
  const auto struck = window(settings_.navigation_freeze, ping, freeze);
  if (!struck) return std::nullopt;
  const double start_s = static_cast<double>(*struck) * settings_.navigation_freeze.duration_s;
  return static_cast<std::uint64_t>(std::ceil(start_s / interval_s_));
}

bool Faults::navigation_nan(std::uint64_t ping) const {
  return window(settings_.navigation_nan, ping, nan).has_value();
}

double Faults::altitude_factor(std::uint64_t ping) const {
  constexpr double kLies[] = {0, 0.4, 2.5};
  const auto struck = window(settings_.altitude_lie, ping, lie);
  return struck ? kLies[hash(mix(seed_), lie, *struck) % 3] : 1;
}

void Faults::disturb(std::uint64_t ping, Side side, double sample_s, std::span<float> noise) const {
  const auto samples = static_cast<double>(noise.size());
  const auto raise = [&](double first, double last, float factor, float power) {
    const auto from = static_cast<std::size_t>(std::clamp(first, 0.0, samples));
    const auto to = static_cast<std::size_t>(std::clamp(last, 0.0, samples));
    for (std::size_t i = from; i < to; ++i) noise[i] = noise[i] * factor + power;
  };
  if (window(settings_.noise_burst, ping, burst)) {
    const std::uint64_t random = hash(mix(seed_), burst, 2 * ping + index(side));
    const double first = uniform(random, -0.3, 1) * samples;
    raise(first, first + uniform(mix(random), 0.05, 0.5) * samples,
          static_cast<float>(std::pow(10, settings_.noise_burst_db / 10)), 0);
  }
  if (settings_.interference_interval_s <= 0) return;
  const double period = std::max(settings_.interference_interval_s, 100 * sample_s);
  const double sent = time_s(ping);
  const double phase = uniform(hash(seed_, pulses)) * period;
  const auto power = static_cast<float>(std::pow(10, settings_.interference_db / 10));
  for (double at = std::ceil((sent - phase) / period) * period + phase; at < sent + samples * sample_s;
       at += period) {
    const double first = (at - sent) / sample_s;
    raise(first, first + std::max(settings_.interference_s / sample_s, 1.0), 1, power);
  }
}

}  // namespace towfish::sim
