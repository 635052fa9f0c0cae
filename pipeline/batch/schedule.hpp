#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace towfish::batch {

/// Which stretch a worker takes next.
///
/// A worker goes on behind its last stretch where it can: its log is open there and its detectors remember.
/// Otherwise it begins with the first run of waiting stretches, in the order of their ranks, that no other
/// worker is just working its way into; where there is none, inside the heaviest, so that it and the worker
/// before it end together. So what is paid for a new beginning is paid rarely, and what is merged first is
/// there first. The last few stretches are begun with the heaviest, so that all workers end together. A
/// choice takes O(workers^2 + log(runs)). Threads: one thread.
class Schedule {
 public:
  static constexpr std::int64_t kUrgent = std::numeric_limits<std::int64_t>::min();

  /// Stretch `index` of log `log`.
  struct Place {
    std::size_t log = 0;
    std::size_t index = 0;
    auto operator<=>(const Place&) const = default;
  };

  /// Of a log's stretches.
  struct Kind {
    std::int64_t rank = 0;     ///< Those of a lower rank are wanted before others.
    std::uint64_t weight = 1;  ///< Bytes, about, of each.
    double beginning = 0;      ///< What is paid to begin with any but the first, as a share of one of them.
  };
  /// Stretches `first` up to `end` of a log wait. Of equal ranks the log with the lower number comes first.
  void add(std::size_t log, std::size_t first, std::size_t end, const Kind& kind);

  /// The next place for this worker; empty when nothing waits but what others have done sooner without it.
  /// What it had before counts as finished.
  std::optional<Place> next(std::size_t worker);
  /// The worker has stopped working; what it had is no longer being worked on.
  void stop(std::size_t worker) { working_.erase(worker); }
  /// Nothing of this log waits any more.
  void drop(std::size_t log);

  [[nodiscard]] bool empty() const noexcept { return by_rank_.empty(); }

 private:
  struct Run {
    Kind kind;
    Place front;
    std::size_t end;
    [[nodiscard]] std::size_t length() const noexcept { return end - front.index; }
    [[nodiscard]] std::uint64_t weight() const noexcept { return kind.weight * length(); }
    bool operator<(const Run& other) const noexcept {
      return kind.rank != other.kind.rank ? kind.rank < other.kind.rank : front < other.front;
    }
  };
  void insert(const Run& run);
  Place take(const Run& run, std::size_t index);
  std::optional<Place> begin();
  [[nodiscard]] bool followed(const Place& front) const noexcept;

  static constexpr std::size_t kLastFew = 4;  ///< For each worker.

  std::set<Run> by_rank_;
  std::map<Place, Run> by_front_;
  std::map<std::size_t, Place> working_;
  std::size_t waiting_ = 0;  ///< Stretches.
};

}  // namespace towfish::batch
