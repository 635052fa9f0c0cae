#pragma once

#include <array>
#include <vector>

#include "detectors/algorithm.hpp"

namespace towfish {

/// Multi-scale highlight-shadow test: the mean of a bright box in front and the darkness of a box behind, for
/// several widths, lengths and shadow lengths in metres, against the restlessness of the bottom around.
class HighlightShadow final : public Algorithm {
 public:
  void reset(const Conditioning& rows) override;
  [[nodiscard]] int reach(float spacing_m) const noexcept override;
  void score(const Conditioning& rows, const Clutter& clutter, std::int64_t row, std::int64_t end,
             std::span<const CellSpan> where, std::span<float> scores) override;

 private:
  static constexpr std::size_t kLengths = 3;
  static constexpr std::size_t kWidths = 3;
  static constexpr std::size_t kShadows = 4;

  /// A mean over so many cells, and what it is worth.
  struct Box {
    std::size_t cells = 1;
    float scale = 0;
  };

  void weigh(std::span<const float> rms, std::span<const float> shadow_rms);
  void score_length(const Conditioning& rows, std::int64_t row, std::int64_t end, std::size_t length);

  std::array<Box, kWidths> fronts_;
  std::array<Box, kShadows> behind_;
  std::array<float, kLengths> weights_{};  ///< By length.
  std::array<RunningColumns, kLengths> sums_;
  std::vector<std::int32_t> prefix_;  ///< Padded by the longest box on either side.
  std::vector<float> highlight_;
  std::vector<float> worth_;                               ///< Of a decibel of highlight, by cell,
  std::array<std::vector<float>, kShadows> shadow_worth_;  ///< and of shadow, by its length.
  std::int64_t weighed_ = -1;                              ///< The clutter's block that they are for.
  std::vector<float> best_;
  std::size_t pad_ = 0;
};

}  // namespace towfish
