#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace towfish::batch {

/// Which stretch a worker takes next.
///
/// A worker goes on behind its last stretch where it can: its log is open there and its detectors remember.
/// Otherwise it begins with what is urgent, then with the longest run of waiting stretches: at the front, or,
/// where another worker is just working its way into the front, in the middle. So large logs begin early, and
/// what is paid for a new beginning is paid rarely. A choice takes O(workers + log(runs)).
/// Threads: one thread.
class Schedule {
 public:
  /// Stretch `index` of log `log`.
  struct Place {
    std::size_t log = 0;
    std::size_t index = 0;
    auto operator<=>(const Place&) const = default;
  };

  /// Stretches `first` up to `end` of a log wait; each is about `weight` bytes.
  void add(std::size_t log, std::size_t first, std::size_t end, std::uint64_t weight, bool urgent = false);

  /// The next place for this worker; empty when nothing waits. What it had before counts as finished.
  std::optional<Place> next(std::size_t worker);
  /// The worker has stopped working; what it had is no longer being worked on.
  void stop(std::size_t worker) { working_.erase(worker); }
  /// Nothing of this log waits any more.
  void drop(std::size_t log);

  [[nodiscard]] bool empty() const noexcept { return by_weight_.empty(); }

 private:
  struct Run {
    std::uint64_t weight;  ///< Of all its stretches.
    Place front;
    std::size_t end;
    std::uint64_t each;
    bool urgent;
    /// Heaviest first, of those that are equally urgent.
    bool operator<(const Run& other) const noexcept {
      if (urgent != other.urgent) return urgent;
      return weight != other.weight ? weight > other.weight : front < other.front;
    }
  };
  void insert(Place front, std::size_t end, std::uint64_t each, bool urgent);
  Place take(const Run& run, std::size_t index);
  [[nodiscard]] bool followed(const Place& front) const noexcept;

  std::set<Run> by_weight_;
  std::map<Place, Run> by_front_;
  std::map<std::size_t, Place> working_;
};

}  // namespace towfish::batch
