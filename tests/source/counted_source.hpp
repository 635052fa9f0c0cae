#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "pipeline/sonar/ping_source.hpp"

namespace towfish {

/// A source for tests whose every sample tells its ping, side and place: sample i of ping n is
/// (n * 31 + side * 7 + i) mod 65536, or what `pattern` makes of it.
class CountedSource final : public PingSource {
 public:
  CountedSource(std::uint64_t pings, std::uint32_t samples) : pings_(pings), samples_(samples) {}

  /// From this ping on traces have this many samples.
  void change_geometry(std::uint64_t at, std::uint32_t samples) { changes_.emplace_back(at, samples); }
  void lose_side(std::uint64_t at, Side side) { lost_.emplace_back(at, side); }
  void add_fault(Fault fault) { faults_.push_back(std::move(fault)); }

  const PingPair* next() override {
    if (next_ == pings_) return nullptr;
    pair_.ping = Ping{};
    pair_.ping.number = next_;
    pair_.ping.time_utc_ns = kStart_ns + static_cast<std::int64_t>(next_) * kInterval_ns;
    std::uint32_t samples = samples_;
    for (const auto& [at, changed] : changes_) samples = next_ >= at ? changed : samples;
    for (const Side side : kSides) {
      const bool lost = std::find(lost_.begin(), lost_.end(), std::pair(next_, side)) != lost_.end();
      pair_.geometry[index(side)] = {
          .samples = lost ? 0 : samples, .first_edge_m = 0, .sample_spacing_m = 0.05F};
    }
    ++next_;
    return &pair_;
  }
  void read_trace(Side side, std::span<std::uint16_t> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = sample(pair_.ping.number, side, i);
  }
  void seek(std::uint64_t number) override { next_ = std::min(number, pings_); }
  std::optional<std::uint64_t> size() const override { return pings_; }
  std::vector<Fault> faults() const override { return faults_; }

  static std::uint16_t sample(std::uint64_t ping, Side side, std::size_t i) {
    return static_cast<std::uint16_t>(ping * 31 + index(side) * 7 + i);
  }
  static constexpr std::int64_t kStart_ns = 1'700'000'000'000'000'000;
  static constexpr std::int64_t kInterval_ns = 1'000'000;

 private:
  std::uint64_t pings_;
  std::uint32_t samples_;
  std::uint64_t next_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> changes_;
  std::vector<std::pair<std::uint64_t, Side>> lost_;
  std::vector<Fault> faults_;
  PingPair pair_;
};

}  // namespace towfish
