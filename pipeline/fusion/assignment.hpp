#pragma once

#include <cstddef>
#include <vector>

namespace towfish {

/// A possible pair in an assignment problem.
struct Candidate {
  std::size_t row = 0;
  std::size_t column = 0;
  double cost = 0;
};

inline constexpr std::size_t kUnassigned = static_cast<std::size_t>(-1);

/// The column of each row, each used once at most, so that the sum of the costs is least, where a row left
/// alone costs `alone`. Only the candidates may be paired. Exact (Hungarian method with potentials, Kuhn
/// 1955, Munkres 1957, on each connected group of rows by itself); groups of more than 128 rows take the
/// cheapest pairs first. Does not depend on the order of the candidates unless costs are equal.
std::vector<std::size_t> assign(std::size_t rows, std::vector<Candidate> candidates, double alone);

}  // namespace towfish
