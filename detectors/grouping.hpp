#pragma once

#include <boost/circular_buffer.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "detectors/candidate.hpp"
#include "detectors/region.hpp"

namespace towfish {

/// A candidate with what was made of it.
struct Judged {
  Candidate candidate;
  Detection detection;
  /// Of the candidate by itself, if the detection spans more than that; then it is not in the middle of it.
  std::optional<float> part_llr;
};

/// Looks at candidates together, as far as reach() rows apart:
///   - An object floating above the bottom has its shadow some metres behind its highlight. The shadow, found
///     by itself, is joined to the highlight in front of it and is no object of its own.
///   - Many candidates close together in a place that is restless on a large scale are one extended object,
///     such as a wreck: only its strongest candidate stays, as a NOMBO that spans them all. One that stands
///     out from the others by far is an object among clutter and stays by itself.
/// What becomes of a candidate depends on those at most reach() rows away, never more than kReach. Threads:
/// one thread.
class Grouping {
 public:
  static constexpr int kReach = Region::kReachRows;
  [[nodiscard]] static int reach(float spacing_m) noexcept { return Region::reach(spacing_m); }
  static constexpr std::size_t kMostWaiting = 1024;

  /// The region of a candidate; it is used before the next one is asked for.
  using Grow = std::function<const Region&(const Candidate&)>;
  explicit Grouping(Grow grow) : grow_(std::move(grow)), waiting_(kMostWaiting) {
    open_.reserve(kMostWaiting);
  }
  void reset() noexcept {
    waiting_.clear();
    decided_ = 0;
  }

  /// Takes in the next candidate, in the order of rows; of more than kMostWaiting the oldest is dropped.
  void add(const Judged& judged);

  /// Calls decided(judged) for every candidate that those still to come, in `row` or after, cannot change.
  template <class Decided>
  void release(std::int64_t row, float sample_m, const Decided& decided) {
    for (; decided_ < waiting_.size() && reaches(waiting_[decided_]) < row; ++decided_) {
      Judged result = waiting_[decided_].judged;
      if (decide(decided_, sample_m, result)) decided(result);
    }
    forget(row - 2 * kReach - 2);
  }

 private:
  struct Waiting {
    Judged judged;
    bool linked = false;  ///< Found by the search for an extended object that is going on.
  };
  /// The last row that matters for it.
  [[nodiscard]] static std::int64_t reaches(const Waiting& w) noexcept {
    return w.judged.candidate.row + reach(w.judged.candidate.spacing_m);
  }
  bool decide(std::size_t which, float sample_m, Judged& result);
  /// Joins detached shadows to `which`; false if it is one itself.
  bool join(std::size_t which, float sample_m, Judged& result) const;
  [[nodiscard]] bool is_detached_shadow(const Waiting& of, const Waiting& highlight, float sample_m) const;
  void join_shadow(const Waiting& shadow, Judged& result) const;
  [[nodiscard]] bool stands_out(const Waiting& self) const;
  /// Marks what lies in its region and returns whether that is longer than a mine; then `result` spans it.
  bool fill_region(Waiting& self, float sample_m, Judged& result);
  /// Marks what hangs together with `which` and returns whether it is an extended object; then `result` spans
  /// it.
  bool span_wreck(std::size_t which, float sample_m, Judged& result);
  [[nodiscard]] bool is_strongest(const Waiting& self) const;
  /// Marks what hangs together with `which` and returns how many.
  std::size_t link(std::size_t which, float sample_m);
  void forget(std::int64_t before);

  Grow grow_;
  boost::circular_buffer<Waiting> waiting_;
  std::size_t decided_ = 0;  ///< So many of the oldest.
  std::vector<std::size_t> open_;
};

}  // namespace towfish
