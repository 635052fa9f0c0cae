#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "detectors/algorithm.hpp"
#include "detectors/candidate.hpp"

namespace towfish {

/// Conditions traces, lets algorithms score them and measures the peaks of what they say together: all of a
/// detector but the verdict. A peak is the highest score within kApartM. Threads: one thread.
class Scan {
 public:
  /// The most pings that any result looks back or ahead, all stages together.
  static constexpr std::uint32_t kMemoryPings = 592;

  explicit Scan(std::vector<std::unique_ptr<Algorithm>> algorithms);

  /// Begins anew; allocates only if the geometry is new.
  void reset(const TraceGeometry& geometry, std::uint64_t first_ping);
  /// Takes in a ping (in order, without gaps) and calls found(candidate) for what it completes.
  template <class Found>
  void push(const Ping& ping, std::span<const std::uint16_t> trace, const Found& found) {
    rows_.push(ping, trace);
    advance(false);
    collect(false, found);
  }
  template <class Found>
  void finish(const Found& found) {
    rows_.finish();
    advance(true);
    collect(true, found);
  }
  /// From now on does not ask algorithm `k`, not the first: kNone asks all. Where it was not asked, its score
  /// of a candidate is NaN.
  void leave_out(std::size_t k) noexcept { left_out_ = k; }
  static constexpr std::size_t kNone = ~std::size_t{0};
  /// Rows before this have been searched.
  [[nodiscard]] std::int64_t searched() const noexcept { return searched_; }
  [[nodiscard]] const Conditioning& rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t algorithms() const noexcept { return algorithms_.size(); }

 private:
  void advance(bool last);
  [[nodiscard]] int score_reach(std::int64_t row) const noexcept;
  [[nodiscard]] int search_reach(std::int64_t row) const noexcept;
  void find_promising(std::int64_t row);
  void find_peaks(std::int64_t row);
  [[nodiscard]] bool is_peak(std::int64_t row, int cell, float score) const;
  [[nodiscard]] float highest_near(std::size_t algorithm, const Candidate& candidate) const;
  void measure(Candidate& candidate) const;

  template <class Found>
  void collect(bool last, const Found& found) {
    while (searched_ < scored_ && searched_ + (last ? 0 : search_reach(searched_)) < scored_) {
      find_peaks(searched_++);
      for (std::size_t i = 0; i < peaks_; ++i) found(candidates_[i]);
    }
  }

  std::vector<std::unique_ptr<Algorithm>> algorithms_;
  Conditioning rows_;
  Clutter clutter_;
  std::vector<RowRing<float>> scores_;
  std::vector<CellSpan> promising_;  ///< Where the others are asked, in the row being scored.
  std::vector<Candidate> candidates_;
  std::size_t peaks_ = 0;
  std::size_t left_out_ = kNone;
  std::int64_t scored_ = 0;
  std::int64_t searched_ = 0;
};

}  // namespace towfish
