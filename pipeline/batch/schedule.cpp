#include "pipeline/batch/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace towfish::batch {

namespace {

/// How many of `waiting` stretches whoever begins behind the others takes off the worker that is in the one
/// before them, on average half way through: as many as let both end together.
std::size_t later_share(std::size_t waiting, double beginning) noexcept {
  const double even = (static_cast<double>(waiting) + 0.5 - beginning) / 2;
  return static_cast<std::size_t>(std::clamp(std::round(even), 0.0, static_cast<double>(waiting)));
}

}  // namespace

void Schedule::add(std::size_t log, std::size_t first, std::size_t end, const Kind& kind) {
  insert({kind, {log, first}, end});
}

void Schedule::insert(const Run& run) {
  if (run.front.index >= run.end) return;
  by_rank_.insert(run);
  by_front_.insert_or_assign(run.front, run);
  waiting_ += run.length();
}

Schedule::Place Schedule::take(const Run& found, std::size_t index) {
  const Run run = found;
  by_rank_.erase(run);
  by_front_.erase(run.front);
  waiting_ -= run.length();
  insert({run.kind, run.front, index});
  insert({run.kind, {run.front.log, index + 1}, run.end});
  return {run.front.log, index};
}

bool Schedule::followed(const Place& front) const noexcept {
  return std::ranges::any_of(working_, [&](const auto& worker) {
    const Place& at = worker.second;
    return at.log == front.log && at.index + 1 == front.index;
  });
}

/// Where a worker begins; something must wait.
std::optional<Schedule::Place> Schedule::begin() {
  const bool urgent = by_rank_.begin()->kind.rank == kUrgent;
  const bool last_few = !urgent && !working_.empty() && waiting_ <= kLastFew * (working_.size() + 1);
  auto heaviest = by_rank_.begin();
  auto free = by_rank_.end();
  for (auto run = by_rank_.begin(); run != by_rank_.end() && (last_few || free == by_rank_.end()); ++run) {
    if (run->weight() > heaviest->weight()) heaviest = run;
    if (followed(run->front)) continue;
    if (free == by_rank_.end() || run->weight() > free->weight()) free = run;
  }
  if (free != by_rank_.end()) return take(*free, free->front.index);
  const std::size_t share = later_share(heaviest->length(), heaviest->kind.beginning);
  if (share == 0) return std::nullopt;
  return take(*heaviest, heaviest->end - share);
}

std::optional<Schedule::Place> Schedule::next(std::size_t worker) {
  std::optional<Place> place;
  if (const auto last = working_.find(worker); last != working_.end()) {
    const auto behind = by_front_.find({last->second.log, last->second.index + 1});
    if (behind != by_front_.end()) place = take(behind->second, behind->first.index);
    working_.erase(last);
  }
  if (!place && !by_rank_.empty()) place = begin();
  if (place) working_[worker] = *place;
  return place;
}

void Schedule::drop(std::size_t log) {
  for (auto run = by_front_.lower_bound({log, 0}); run != by_front_.end() && run->first.log == log;) {
    by_rank_.erase(run->second);
    waiting_ -= run->second.length();
    run = by_front_.erase(run);
  }
}

}  // namespace towfish::batch
