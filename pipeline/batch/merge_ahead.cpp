#include "pipeline/batch/merge_ahead.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace towfish::batch {

MergeAhead::MergeAhead(FusionSettings settings, std::filesystem::path store)
    : settings_(settings), store_(std::move(store)) {}

MergeAhead::~MergeAhead() {
  {
    const std::scoped_lock lock(mutex_);
    dropped_ = true;
  }
  news_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::vector<MergeAhead::Step> MergeAhead::steps_of(const std::vector<LogReports>& logs) {
  std::vector<Step> steps;
  for (const LogReports& log : logs) {
    steps.push_back({.begins = true, .what = log.name});
    for (const auto& file : log.files) steps.push_back({.begins = false, .what = file.string()});
  }
  return steps;
}

bool MergeAhead::give(const std::vector<LogReports>& logs, std::uint64_t generation) {
  if (given_.empty()) generation_ = generation;
  const std::vector<Step> steps = steps_of(logs);
  const bool goes_on = generation == generation_ && steps.size() >= given_.size() &&
                       std::equal(given_.begin(), given_.end(), steps.begin());
  if (!goes_on) return false;
  if (steps.size() == given_.size()) return true;
  {
    const std::scoped_lock lock(mutex_);
    waiting_.insert(waiting_.end(), steps.begin() + static_cast<std::ptrdiff_t>(given_.size()), steps.end());
  }
  given_ = steps;
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  news_.notify_all();
  return true;
}

void MergeAhead::ready(const std::vector<LogReports>& logs, std::uint64_t generation) {
  if (!logs.empty()) static_cast<void>(give(logs, generation));
}

bool MergeAhead::finish(const std::vector<LogReports>& logs, std::uint64_t generation, MergeCounts& counts,
                        const std::function<bool()>& tick) {
  const bool goes_on = !logs.empty() && give(logs, generation);
  std::unique_lock lock(mutex_);
  complete_ = goes_on;
  dropped_ = !goes_on;
  news_.notify_all();
  while (goes_on && !finished_ && !failed_) {
    news_.wait_for(lock, std::chrono::milliseconds(100));
    if (!tick()) return false;
  }
  lock.unlock();
  if (finished_) {
    counts = counts_;
    return true;
  }
  if (thread_.joinable()) thread_.join();
  return merge(logs, settings_, store_, counts, [&tick](std::size_t) { return tick(); });
}

void MergeAhead::work() {
  try {
    Merge all(settings_, store_);
    std::unique_lock lock(mutex_);
    for (;;) {
      news_.wait(lock, [this] { return dropped_ || complete_ || !waiting_.empty(); });
      if (dropped_) return;
      if (waiting_.empty()) break;
      const Step step = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      if (step.begins) {
        all.begin(step.what);
      } else {
        all.add(step.what);
      }
      lock.lock();
    }
    lock.unlock();
    const MergeCounts counts = all.finish();
    lock.lock();
    counts_ = counts;
    finished_ = true;
  } catch (const std::exception& error) {
    spdlog::debug("merging begins anew: {}", error.what());
    const std::scoped_lock lock(mutex_);
    failed_ = true;
  }
  news_.notify_all();
}

}  // namespace towfish::batch
