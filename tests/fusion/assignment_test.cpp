#include "pipeline/fusion/assignment.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace towfish {
namespace {

using ::testing::ElementsAre;

double cost_of(const std::vector<std::size_t>& columns, const std::vector<Candidate>& candidates,
               double alone) {
  double sum = 0;
  for (std::size_t row = 0; row < columns.size(); ++row) {
    if (columns[row] == kUnassigned) {
      sum += alone;
      continue;
    }
    const auto found = std::ranges::find_if(
        candidates, [&](const Candidate& c) { return c.row == row && c.column == columns[row]; });
    sum += found == candidates.end() ? 1e9 : found->cost;
  }
  return sum;
}

/// Tries everything.
double least_cost(std::size_t rows, const std::vector<Candidate>& candidates, double alone) {
  std::vector<std::size_t> columns(rows, kUnassigned);
  double least = 1e18;
  const std::function<void(std::size_t)> place = [&](std::size_t row) {
    if (row == rows) {
      least = std::min(least, cost_of(columns, candidates, alone));
      return;
    }
    columns[row] = kUnassigned;
    place(row + 1);
    for (const Candidate& c : candidates) {
      if (c.row != row || std::ranges::find(columns, c.column) != columns.end()) continue;
      columns[row] = c.column;
      place(row + 1);
      columns[row] = kUnassigned;
    }
  };
  place(0);
  return least;
}

TEST(Assignment, TakesTheLeastSumNotTheNearestFirst) {
  // Row 0 is nearest to column 5, but then row 1 would stay alone.
  const std::vector<Candidate> candidates{{0, 5, 1}, {0, 7, 3}, {1, 5, 2}};
  EXPECT_THAT(assign(2, candidates, 9), ElementsAre(7, 5));
}

TEST(Assignment, LeavesARowAloneWhenThatIsCheaper) {
  EXPECT_THAT(assign(2, {{0, 1, 4}, {1, 1, 3}}, 9), ElementsAre(kUnassigned, 1));
  EXPECT_THAT(assign(1, {{0, 1, 10}}, 9), ElementsAre(kUnassigned));
}

TEST(Assignment, NothingToAssign) {
  EXPECT_THAT(assign(0, {}, 9), ElementsAre());
  EXPECT_THAT(assign(2, {}, 9), ElementsAre(kUnassigned, kUnassigned));
}

TEST(Assignment, IsOptimalOnRandomProblems) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> cost(0, 12);
  for (int problem = 0; problem < 300; ++problem) {
    const std::size_t rows = 1 + random() % 5;
    std::vector<Candidate> candidates;
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t column = 0; column < 5; ++column) {
        if (random() % 2 == 0) candidates.push_back({row, column * 3, cost(random)});
      }
    }
    const auto result = assign(rows, candidates, 9);
    EXPECT_NEAR(cost_of(result, candidates, 9), least_cost(rows, candidates, 9), 1e-9)
        << "problem " << problem;
    for (std::size_t column = 0; column < 15; ++column) EXPECT_LE(std::ranges::count(result, column), 1);
  }
}

TEST(Assignment, LargeGroupsUseEachColumnOnceAtMost) {
  std::vector<Candidate> candidates;
  for (std::size_t row = 0; row < 300; ++row) {
    for (std::size_t column = row; column < row + 3; ++column) {
      candidates.push_back({row, column, static_cast<double>((row * 7 + column * 11) % 8)});
    }
  }
  const auto result = assign(300, candidates, 9);
  for (std::size_t column = 0; column < 303; ++column) EXPECT_LE(std::ranges::count(result, column), 1);
  EXPECT_LT(std::ranges::count(result, kUnassigned), 40);
}

}  // namespace
}  // namespace towfish
