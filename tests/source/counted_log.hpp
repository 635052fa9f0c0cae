#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "pipeline/source/survey.hpp"
#include "tests/source/counted_source.hpp"

namespace towfish {

/// A CountedSource as a log, every sample 8 to a trace.
class CountedLog final : public Log {
 public:
  explicit CountedLog(std::uint64_t pings, std::function<void()> closed = {})
      : source_(pings, 8), closed_(std::move(closed)) {}
  CountedLog(const CountedLog&) = delete;
  CountedLog& operator=(const CountedLog&) = delete;
  ~CountedLog() override {
    if (closed_) closed_();
  }

  void add_fault(Fault fault) { source_.add_fault(std::move(fault)); }

  const PingPair* next() override {
    const PingPair* pair = source_.next();
    if (pair == nullptr) return nullptr;
    pair_ = *pair;
    if (pair_.ping.number > 0) pair_.ping.interval_s = 1e-9F * CountedSource::kInterval_ns;
    return &pair_;
  }
  void read_trace(Side side, std::span<std::uint16_t> out) override { source_.read_trace(side, out); }
  void seek(std::uint64_t number) override { source_.seek(number); }
  std::vector<Fault> faults() const override { return source_.faults(); }
  const LogDescription& description() const override { return description_; }
  std::optional<std::uint64_t> find_time(std::int64_t time_utc_ns) override {
    source_.seek(0);
    while (const PingPair* pair = source_.next()) {
      if (pair->ping.time_utc_ns >= time_utc_ns) return pair->ping.number;
    }
    return std::nullopt;
  }
  double progress() const override { return 0; }
  PositionFrom position_from() const override { return PositionFrom::nowhere; }

 private:
  CountedSource source_;
  std::function<void()> closed_;
  LogDescription description_;
  PingPair pair_;
};

/// Logs of so many pings each.
inline std::vector<source::Survey::Open> counted_parts(std::initializer_list<std::uint64_t> lengths) {
  std::vector<source::Survey::Open> parts;
  for (const std::uint64_t pings : lengths) {
    parts.emplace_back([pings] { return std::make_unique<CountedLog>(pings); });
  }
  return parts;
}

}  // namespace towfish
