#pragma once

#include <array>
#include <vector>

#include "detectors/algorithm.hpp"

namespace towfish {

/// Matched filter: correlation with the echo that a mine-sized object would leave, a highlight with a shadow
/// behind that grows with range as the geometry says (shadow_length_m in pipeline/sonar/geometry.hpp), and
/// bottom at background level beyond. For several object heights, at the length of a mine along track.
class MatchedFilter final : public Algorithm {
 public:
  void reset(const Conditioning& rows) override;
  [[nodiscard]] int reach(float spacing_m) const noexcept override;
  void score(const Conditioning& rows, const Clutter& clutter, std::int64_t row, std::int64_t end,
             std::span<const CellSpan> where, std::span<float> scores) override;

 private:
  static constexpr std::size_t kLengths = 2;
  static constexpr std::size_t kHeights = 3;
  void lay_out(const Conditioning& rows, int bottom);
  void score_length(const Conditioning& rows, const Clutter& clutter, std::int64_t row, std::int64_t end,
                    std::size_t length, std::span<const CellSpan> where, std::span<float> scores);

  std::array<RunningColumns, kLengths> sums_;
  std::vector<std::int32_t> prefix_;
  std::array<std::vector<std::int32_t>, kHeights> shadow_;  ///< Cells, by height and cell.
  std::vector<float> share_;                                ///< Clutter::share_of_shadow() of so many cells.
  std::array<float, kHeights> worth_{};                     ///< Of a shadow, by the height of what casts it.
  int laid_out_for_ = -1;
  std::size_t pad_ = 0;
};

}  // namespace towfish
