#pragma once

#include <memory>
#include <vector>

#include "pipeline/sonar/ping_source.hpp"
#include "pipeline/sonar/truth.hpp"
#include "sim/scenario.hpp"

namespace towfish {

/// A simulated side-scan sonar: a function of the ping number. After seek(n) ping n has the same bytes as
/// when all before it were read; the same scenario gives the same bytes always.
///
/// Samples are linear amplitudes behind the sonar's time-varying gain. Ping::number counts from 0 and jumps
/// over pings that a fault dropped; a side that a fault silenced has no samples. Threads: one thread.
class Sidescan final : public PingSource {
 public:
  /// Throws UsageError naming the key if the scenario contradicts itself (such as more pings than c/2R).
  explicit Sidescan(const Scenario& scenario);
  ~Sidescan() override;

  [[nodiscard]] const PingPair* next() override;
  void read_trace(Side side, std::span<std::uint16_t> out) override;
  void seek(std::uint64_t number) override;
  /// Pings from the start of the first survey line to the end of the last.
  [[nodiscard]] std::optional<std::uint64_t> size() const override;

  /// Seconds from one ping to the next, faults aside.
  [[nodiscard]] double ping_interval_s() const;

  /// All looks at the scenario's objects, in the order of their pings; one a pass. A look is visible if the
  /// vehicle is on a line (not in a turn), the object is within range, at least half of what faces the sonar
  /// is lit, and its echo stands out of the noise. TruthLook::sample is the far edge of what is lit, where
  /// the shadow begins. Works through the whole survey: call it once.
  [[nodiscard]] std::vector<TruthLook> truth() const;

 private:
  class Model;
  std::unique_ptr<Model> model_;
};

}  // namespace towfish
