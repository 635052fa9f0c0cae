#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "pipeline/sonar/side.hpp"

namespace towfish {

/// A fault that comes in windows of time.
struct WindowSettings {
  double per_minute = 0;
  double duration_s = 3;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("per_minute", per_minute, "1/min", 0, 600, "How often, on average; 0: never.");
    v.number("duration_s", duration_s, "s", 0.05, 600, "How long it lasts.");
  }
};

/// What goes wrong, on demand and seeded. All zero: nothing does.
struct FaultSettings {
  double dropped_per_1000 = 0;
  double late_per_1000 = 0;
  double late_s = 0.05;
  WindowSettings one_side_missing;
  WindowSettings noise_burst;
  double noise_burst_db = 25;
  WindowSettings gain_jump;
  double gain_jump_db = 8;
  WindowSettings navigation_freeze;
  WindowSettings navigation_nan;
  WindowSettings altitude_lie;
  double interference_interval_s = 0;
  double interference_db = 75;
  double interference_s = 0.0003;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("dropped_per_1000", dropped_per_1000, "pings", 0, 900, "Pings that are lost; numbers jump.");
    v.number("late_per_1000", late_per_1000, "pings", 0, 1000, "Pings that are sent late.");
    v.number("late_s", late_s, "s", 0, 10, "By up to this, and never past the next ping.");
    v.group("one_side_missing", one_side_missing, "A side, port or starboard at random, has no trace.");
    v.group("noise_burst", noise_burst, "Noise over a part of the trace, changing from ping to ping.");
    v.number("noise_burst_db", noise_burst_db, "dB", 0, 80, "Above the receiver's noise.");
    v.group("gain_jump", gain_jump, "The gain jumps, up or down.");
    v.number("gain_jump_db", gain_jump_db, "dB", 0, 40, "By this.");
    v.group("navigation_freeze", navigation_freeze, "Position and heading stay what they were.");
    v.group("navigation_nan", navigation_nan, "Position, heading, course and speed are NaN.");
    v.group("altitude_lie", altitude_lie, "The recorded altitude is 0, too small or too large.");
    v.number("interference_interval_s", interference_interval_s, "s", 0, 10,
             "Ping interval of another sonar nearby; 0: there is none.");
    v.number("interference_db", interference_db, "dB re 1 uPa", 0, 200, "Its level at the receiver.");
    v.number("interference_s", interference_s, "s", 0, 0.1, "Length of its pulses.");
  }
};

namespace sim {

/// The faults of any ping, as a function of its number.
class Faults {
 public:
  Faults(const FaultSettings& settings, std::uint64_t seed, double interval_s)
      : settings_(settings), seed_(seed), interval_s_(interval_s) {}

  [[nodiscard]] bool dropped(std::uint64_t ping) const;
  /// When the ping is sent, seconds after ping 0 was due.
  [[nodiscard]] double time_s(std::uint64_t ping) const;
  [[nodiscard]] bool missing(std::uint64_t ping, Side side) const;
  /// Factor on the receiver's amplitudes.
  [[nodiscard]] float gain(std::uint64_t ping) const;
  /// The ping at which navigation froze, if it is frozen.
  [[nodiscard]] std::optional<std::uint64_t> frozen_since(std::uint64_t ping) const;
  [[nodiscard]] bool navigation_nan(std::uint64_t ping) const;
  /// Factor on the recorded altitude.
  [[nodiscard]] double altitude_factor(std::uint64_t ping) const;
  /// Adds bursts and the other sonar's pulses to the noise powers of a trace; `sample_s` is the time from one
  /// sample to the next.
  void disturb(std::uint64_t ping, Side side, double sample_s, std::span<float> noise) const;

 private:
  /// The window that holds the ping, if the fault strikes in it.
  [[nodiscard]] std::optional<std::uint64_t> window(const WindowSettings& fault, std::uint64_t ping,
                                                    std::uint64_t kind) const;

  FaultSettings settings_;
  std::uint64_t seed_;
  double interval_s_;
};

}  // namespace sim
}  // namespace towfish
