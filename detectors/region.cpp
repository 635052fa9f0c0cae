#include "detectors/region.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "detectors/lengths.hpp"
#include "detectors/log_amplitude.hpp"

namespace towfish {

namespace {

constexpr float kPatchM = 0.25F;
constexpr float kLeastFarDb = 5.0F;   // over three standard deviations of a patch of speckle
constexpr float kFarClutters = 2.5F;  // of those about the candidate

}  // namespace

int Region::reach(float spacing_m) noexcept {
  return count_of(kReachM, spacing_m, 12, kReachRows);
}

Region::Region() : patches_(static_cast<std::size_t>((2 * kHalfLines + 1) * kColumns)) {
  open_.reserve(patches_.size());
}

void Region::grow(const Conditioning& rows, const Candidate& candidate) {
  row_ = candidate.row;
  end_ = rows.ready();
  cell_ = candidate.cell + 1 + rows.info(candidate.row).bottom;
  samples_ = rows.geometry().samples;
  samples_per_cell_ = rows.samples_per_cell();
  rows_per_patch_ = count_of(kPatchM, candidate.spacing_m, 1, kReachRows);
  cells_per_patch_ = count_of(kPatchM, rows.cell_m(), 1, Conditioning::kMostCells);
  half_lines_ = reach(candidate.spacing_m) / rows_per_patch_;
  half_columns_ = count_of(kReachM, rows.cell_m() * static_cast<float>(cells_per_patch_), 1, kHalfColumns);
  far_db_ = std::max(kLeastFarDb, kFarClutters * candidate.clutter_db);
  std::ranges::fill(patches_, Patch::unseen);
  open_.clear();
  sum_db_ = 0;
  count_ = 0;
  visit(rows, 0, -1);  // its highlight,
  visit(rows, 0, 0);   // and its shadow
  while (!open_.empty()) {
    const auto [line, column] = open_.back();
    open_.pop_back();
    for (int l = line - 1; l <= line + 1; ++l) {
      for (int c = column - 1; c <= column + 1; ++c) visit(rows, l, c);
    }
  }
  measure();
}

void Region::visit(const Conditioning& rows, int line, int column) {
  if (std::abs(line) > half_lines_ || std::abs(column) > half_columns_) return;
  Patch& patch = patches_[number(line, column)];
  if (patch != Patch::unseen) return;
  const float level = level_db(rows, line, column);
  patch = level >= far_db_ ? Patch::bright : level <= -far_db_ ? Patch::dark : Patch::plain;
  if (patch == Patch::plain) return;
  sum_db_ += std::abs(level);
  ++count_;
  open_.emplace_back(line, column);
}

void Region::measure() {
  first_line_ = last_line_ = 0;
  first_bright_ = last_bright_ = -1;
  bright_.fill(false);
  for (int line = -half_lines_; line <= half_lines_; ++line) {
    const auto patches = std::span(patches_).subspan(number(line, -kHalfColumns), kColumns);
    if (std::ranges::find(patches, Patch::dark) == patches.end()) continue;
    first_line_ = std::min(first_line_, line);
    last_line_ = std::max(last_line_, line);
    for (int column = -half_columns_; column <= half_columns_; ++column) {
      if (patches[static_cast<std::size_t>(column + kHalfColumns)] != Patch::bright) continue;
      first_bright_ = std::min(first_bright_, column);
      last_bright_ = std::max(last_bright_, column);
      bright_[static_cast<std::size_t>(column + kHalfColumns)] = true;
    }
  }
}

float Region::level_db(const Conditioning& rows, int line, int column) const noexcept {
  int sum = 0;
  int count = 0;
  for (auto r = std::max<std::int64_t>(0, row_of(line)); r < std::min(row_of(line + 1), end_); ++r) {
    const RowInfo& info = rows.info(r);
    const auto levels = rows.row(r);
    const int first = std::max(0, cell_of(column) - info.bottom);
    const int end = std::min(info.cells, cell_of(column + 1) - info.bottom);
    for (int c = first; c < end; ++c, ++count) sum += levels[static_cast<std::size_t>(c)];
  }
  return count == 0 ? 0.0F : static_cast<float>(sum) / static_cast<float>(count * kStepsPerDecibel);
}

float Region::mean_db() const noexcept {
  return count_ == 0 ? 0.0F : sum_db_ / static_cast<float>(count_);
}

float Region::bright_part() const noexcept {
  const auto from = bright_.begin() + first_bright_ + kHalfColumns;
  const auto to = bright_.begin() + last_bright_ + kHalfColumns + 1;
  return static_cast<float>(std::count(from, to, true)) / static_cast<float>(to - from);
}

bool Region::contains(std::int64_t row, std::uint32_t sample) const noexcept {
  const int cell = static_cast<int>(sample) / samples_per_cell_;
  return has(row, cell) || has(row, cell + 2);
}

bool Region::has(std::int64_t row, int cell) const noexcept {
  const auto down = [](std::int64_t of, std::int64_t by) {
    return of >= 0 ? of / by : -((by - 1 - of) / by);
  };
  const auto line = static_cast<int>(down(row - row_, rows_per_patch_));
  const auto column = static_cast<int>(down(cell - cell_, cells_per_patch_));
  if (std::abs(line) > half_lines_ || std::abs(column) > half_columns_) return false;
  const Patch patch = patches_[number(line, column)];
  return patch == Patch::dark || patch == Patch::bright;
}

}  // namespace towfish
