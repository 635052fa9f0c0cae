#include "pipeline/source/excerpt.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/sonar/error.hpp"

namespace towfish::source {

void check(const Wanted& wanted) {
  if (wanted.from.empty() && wanted.to.empty()) return;
  const Place from = wanted.from.empty() ? Place{} : read_place(wanted.from, "--from");
  if (wanted.to.empty()) return;
  const Place to = read_place(wanted.to, "--to");
  if (from.is_time() != to.is_time()) return;
  const bool empty = to.is_time() ? to.time_utc_ns <= from.time_utc_ns : to.ping <= from.ping;
  if (empty) throw UsageError("--to '" + wanted.to + "': nothing lies between it and --from");
}

Excerpt::Excerpt(std::unique_ptr<Survey> survey, const Wanted& wanted)
    : survey_(std::move(survey)), loop_(wanted.loop) {
  if (!wanted.to.empty()) end_ = read_place(wanted.to, "--to");
  if (!wanted.from.empty()) find_first(wanted.from);
  seek_in_lap(first_);
  if (wanted.to.empty()) return;
  if (next_of_lap() == nullptr)
    throw UsageError("--to '" + wanted.to + "': no ping lies before it in the span asked for");
  seek_in_lap(first_);
}

void Excerpt::find_first(const std::string& text) {
  const Place from = read_place(text, "--from");
  const auto found = from.is_time() ? survey_->find_time(from.time_utc_ns) : std::optional(from.ping);
  if (found) survey_->seek(*found);
  if (!found || survey_->next() == nullptr) {
    throw UsageError("--from '" + text + "': the recording ends before it");
  }
  first_ = *found;
}

const PingPair* Excerpt::next_of_lap() {
  const PingPair* pair = survey_->next();
  if (pair == nullptr) return nullptr;
  const Ping& ping = pair->ping;
  const bool past = end_.is_time() ? ping.time_utc_ns >= end_.time_utc_ns : ping.number >= end_.ping;
  if (past) return nullptr;
  if (gathering_) gather(ping);
  return pair;
}

void Excerpt::gather(const Ping& ping) {
  gathered_.end = ping.number + 1;
  if (ping.interval_s > 0) gathered_.interval_s = ping.interval_s;
  if (ping.time_utc_ns == kUnknownTime) return;
  if (gathered_.first_ns == kUnknownTime) gathered_.first_ns = ping.time_utc_ns;
  gathered_.last_ns = std::max(gathered_.last_ns, ping.time_utc_ns);
}

/// At the end of the first lap. If that was not read in one go, its headers are read now; afterwards seek.
void Excerpt::measure() {
  if (!gathering_) {
    seek_in_lap(first_);
    while (next_of_lap() != nullptr) {
    }
  }
  gathering_ = false;
  const Gathered& g = gathered_;
  const std::int64_t interval_ns = std::llround(static_cast<double>(g.interval_s) * 1e9);
  lap_ = Lap{g.end > first_ ? g.end - first_ : 0,
             g.first_ns == kUnknownTime ? 0 : g.last_ns - g.first_ns + interval_ns};
}

void Excerpt::seek_in_lap(std::uint64_t number) {
  gathering_ = loop_ && !lap_ && number == first_;
  gathered_ = gathering_ ? Gathered{} : gathered_;
  survey_->seek(number);
}

const PingPair* Excerpt::next() {
  const PingPair* pair = next_of_lap();
  if (!loop_) return pair;
  if (pair == nullptr) {
    if (!lap_) measure();
    if (lap_->pings == 0) return nullptr;
    ++laps_done_;
    seek_in_lap(first_);
    pair = next_of_lap();
    if (pair == nullptr) return nullptr;  // the file has become shorter
  }
  pair_ = *pair;
  if (laps_done_ == 0) return &pair_;
  Ping& ping = pair_.ping;
  if (ping.number == first_) ping.interval_s = gathered_.interval_s;
  ping.number += laps_done_ * lap_->pings;
  if (ping.time_utc_ns != kUnknownTime)
    ping.time_utc_ns += static_cast<std::int64_t>(laps_done_) * lap_->period_ns;
  return &pair_;
}

void Excerpt::seek(std::uint64_t number) {
  number = std::max(number, first_);
  laps_done_ = 0;
  seek_in_lap(number);
  if (!loop_ || number == first_) return;
  if (!lap_) {
    const bool in_first_lap = next_of_lap() != nullptr;
    if (in_first_lap) return seek_in_lap(number);
    measure();
  }
  if (lap_->pings == 0) return;
  laps_done_ = (number - first_) / lap_->pings;
  seek_in_lap(first_ + (number - first_) % lap_->pings);
}

std::optional<std::uint64_t> Excerpt::size() const {
  if (loop_ || end_.is_time()) return std::nullopt;
  const auto all = survey_->size();
  return all ? std::optional(std::min(*all, end_.ping)) : std::nullopt;
}

}  // namespace towfish::source
