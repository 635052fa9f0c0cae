#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/logs/log_choices.hpp"
#include "pipeline/source/survey.hpp"

namespace towfish::source {

/// What is wanted of a survey, as people write it: empty is all of it.
struct Wanted {
  std::string from = {};  ///< As read_place() wants it.
  std::string to = {};    ///< The first ping not wanted.
  bool loop = false;
};

/// Throws UsageError where `from` and `to` mean nothing or leave nothing between them.
void check(const Wanted& wanted);

/// A part of a survey, once or over and over, ping numbers and times going on from lap to lap.
///
/// The end is found while reading, so that nothing is read for it. Numbers of the first lap are the survey's
/// own. Threads: one thread.
class Excerpt final : public PingSource {
 public:
  /// Goes to the first ping; reads the headers up to it. UsageError where the survey ends before it, or
  /// nothing lies before the end.
  Excerpt(std::unique_ptr<Survey> survey, const Wanted& wanted);

  [[nodiscard]] std::uint64_t first_ping() const noexcept { return first_; }

  [[nodiscard]] const PingPair* next() override;
  void read_trace(Side side, std::span<std::uint16_t> out) override { survey_->read_trace(side, out); }
  /// Pings before the first are not there.
  void seek(std::uint64_t number) override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override;
  [[nodiscard]] std::vector<Fault> faults() const override { return survey_->faults(); }

 private:
  /// What the first lap came to.
  struct Lap {
    std::uint64_t pings = 0;
    std::int64_t period_ns = 0;  ///< From its first ping to the next lap's.
  };
  /// What a lap read from its first ping on has come to so far.
  struct Gathered {
    std::uint64_t end = 0;
    std::int64_t first_ns = kUnknownTime;
    std::int64_t last_ns = kUnknownTime;
    float interval_s = 0;
  };
  void find_first(const std::string& text);
  [[nodiscard]] const PingPair* next_of_lap();
  void gather(const Ping& ping);
  void measure();
  void seek_in_lap(std::uint64_t number);

  std::unique_ptr<Survey> survey_;
  std::uint64_t first_ = 0;
  Place end_{.ping = std::numeric_limits<std::uint64_t>::max()};
  bool loop_;
  bool gathering_ = false;
  Gathered gathered_;
  std::optional<Lap> lap_;  ///< Once the first one has been read to its end.
  std::uint64_t laps_done_ = 0;
  PingPair pair_;
};

}  // namespace towfish::source
