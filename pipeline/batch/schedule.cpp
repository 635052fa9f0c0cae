#include "pipeline/batch/schedule.hpp"

#include <algorithm>

namespace towfish::batch {

void Schedule::add(std::size_t log, std::size_t first, std::size_t end, std::uint64_t weight, bool urgent) {
  insert({log, first}, end, std::max<std::uint64_t>(weight, 1), urgent);
}

void Schedule::insert(Place front, std::size_t end, std::uint64_t each, bool urgent) {
  if (front.index >= end) return;
  const Run run{each * (end - front.index), front, end, each, urgent};
  by_weight_.insert(run);
  by_front_.insert_or_assign(front, run);
}

Schedule::Place Schedule::take(const Run& found, std::size_t index) {
  const Run run = found;
  by_weight_.erase(run);
  by_front_.erase(run.front);
  insert(run.front, index, run.each, run.urgent);
  insert({run.front.log, index + 1}, run.end, run.each, run.urgent);
  return {run.front.log, index};
}

bool Schedule::followed(const Place& front) const noexcept {
  return std::ranges::any_of(working_, [&](const auto& worker) {
    const Place& at = worker.second;
    return at.log == front.log && at.index + 1 == front.index;
  });
}

std::optional<Schedule::Place> Schedule::next(std::size_t worker) {
  std::optional<Place> place;
  if (const auto last = working_.find(worker); last != working_.end()) {
    const auto behind = by_front_.find({last->second.log, last->second.index + 1});
    if (behind != by_front_.end()) place = take(behind->second, behind->first.index);
    working_.erase(last);
  }
  if (!place && !by_weight_.empty()) {
    const Run& heaviest = *by_weight_.begin();
    const std::size_t length = heaviest.end - heaviest.front.index;
    place = take(heaviest, heaviest.front.index + (followed(heaviest.front) ? length / 2 : 0));
  }
  if (place) working_[worker] = *place;
  return place;
}

void Schedule::drop(std::size_t log) {
  for (auto run = by_front_.lower_bound({log, 0}); run != by_front_.end() && run->first.log == log;) {
    by_weight_.erase(run->second);
    run = by_front_.erase(run);
  }
}

}  // namespace towfish::batch
