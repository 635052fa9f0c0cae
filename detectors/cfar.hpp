#pragma once

#include <vector>

#include "detectors/algorithm.hpp"

namespace towfish {

/// Constant false alarm rate test on small cells: the brightest cell of a short stretch in front and the
/// darkest of a stretch behind, each against mean and spread of a ring of reference cells around, of which
/// the brightest and darkest are censored (clipped), so that neighbours do not mask each other.
class Cfar final : public Algorithm {
 public:
  void reset(const Conditioning& rows) override;
  [[nodiscard]] int reach(float spacing_m) const noexcept override;
  void score(const Conditioning& rows, const Clutter& clutter, std::int64_t row, std::int64_t end,
             std::span<const CellSpan> where, std::span<float> scores) override;

 private:
  void smooth(const Conditioning& rows, std::int64_t row, std::int64_t end);
  void take_extremes(const Conditioning& rows, std::span<const CellSpan> where);
  void compare(const Conditioning& rows, std::span<const float> rms, std::int32_t wide, std::int32_t close,
               std::span<const CellSpan> where, std::span<float> scores) const;

  RunningColumns sums_;
  RunningColumns reference_;
  RunningColumns guard_;
  std::vector<std::int32_t> prefix_;
  std::vector<std::int32_t> prefix_reference_;  ///< Padded by pad_ on either side; the other too.
  std::vector<std::int32_t> prefix_guard_;
  std::size_t pad_ = 0;
  std::vector<float> cell_;  ///< Padded by cell_pad_ on either side.
  std::size_t cell_pad_ = 0;
  std::vector<float> brightest_;
  std::vector<float> darkest_;
};

}  // namespace towfish
