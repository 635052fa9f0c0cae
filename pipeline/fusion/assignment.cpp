#include "pipeline/fusion/assignment.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace towfish {

namespace {

constexpr std::size_t kLargestExact = 128;
constexpr double kForbidden = 1e12;

/// Costs of one group, rows x (columns + rows): the last `rows` columns stand for being left alone.
struct Table {
  std::size_t rows;
  std::size_t columns;
  std::vector<double> cost;

  [[nodiscard]] double at(std::size_t row, std::size_t column) const { return cost[row * columns + column]; }
};

/// Row that each column is given to, 1-based, 0 = none. One row after the other is added along the cheapest
/// augmenting path; potentials keep all reduced costs at or above zero.
class Hungarian {
 public:
  explicit Hungarian(const Table& table)
      : table_(table),
        row_potential_(table.rows + 1),
        column_potential_(table.columns + 1),
        row_of_(table.columns + 1) {}

  std::vector<std::size_t> solve() {
    for (std::size_t row = 1; row <= table_.rows; ++row) add(row);
    return row_of_;
  }

 private:
  void add(std::size_t row) {
    std::vector<double> slack(table_.columns + 1, std::numeric_limits<double>::infinity());
    std::vector<bool> visited(table_.columns + 1);
    std::vector<std::size_t> came_from(table_.columns + 1);
    std::size_t column = 0;
    row_of_[0] = row;
    do {
      visited[column] = true;
      column = step(column, slack, visited, came_from);
    } while (row_of_[column] != 0);
    for (; column != 0; column = came_from[column]) row_of_[column] = row_of_[came_from[column]];
  }

  std::size_t step(std::size_t column, std::vector<double>& slack, const std::vector<bool>& visited,
                   std::vector<std::size_t>& came_from) {
    const std::size_t row = row_of_[column];
    std::size_t nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t j = 1; j <= table_.columns; ++j) {
      if (visited[j]) continue;
      const double reduced = table_.at(row - 1, j - 1) - row_potential_[row] - column_potential_[j];
      if (reduced < slack[j]) {
        slack[j] = reduced;
        came_from[j] = column;
      }
      if (slack[j] < least) {
        least = slack[j];
        nearest = j;
      }
    }
    for (std::size_t j = 0; j <= table_.columns; ++j) {
      if (visited[j]) {
        row_potential_[row_of_[j]] += least;
        column_potential_[j] -= least;
      } else {
        slack[j] -= least;
      }
    }
    return nearest;
  }

  const Table& table_;
  std::vector<double> row_potential_;
  std::vector<double> column_potential_;
  std::vector<std::size_t> row_of_;
};

void assign_exactly(const std::vector<Candidate>& group, double alone, std::vector<std::size_t>& result) {
  std::map<std::size_t, std::size_t> rows;
  std::map<std::size_t, std::size_t> columns;
  for (const Candidate& candidate : group) {
    rows.emplace(candidate.row, rows.size());
    columns.emplace(candidate.column, columns.size());
  }
  Table table{rows.size(), columns.size() + rows.size(), {}};
  table.cost.assign(table.rows * table.columns, kForbidden);
  for (const auto& [row, i] : rows) table.cost[i * table.columns + columns.size() + i] = alone;
  for (const Candidate& c : group) table.cost[rows[c.row] * table.columns + columns[c.column]] = c.cost;

  const auto row_of = Hungarian(table).solve();
  for (const auto& [column, j] : columns) {
    for (const auto& [row, i] : rows) {
      if (row_of[j + 1] == i + 1 && table.at(i, j) < kForbidden) result[row] = column;
    }
  }
}

void assign_cheapest_first(std::vector<Candidate> group, double alone, std::vector<std::size_t>& result) {
  std::ranges::sort(group, {}, [](const Candidate& c) { return std::tuple(c.cost, c.row, c.column); });
  std::map<std::size_t, bool> used;
  for (const Candidate& c : group) {
    if (c.cost >= alone || result[c.row] != kUnassigned || used[c.column]) continue;
    result[c.row] = c.column;
    used[c.column] = true;
  }
}

/// For each row the least row that it is connected with through columns that both could have.
std::vector<std::size_t> groups_of(std::size_t rows, const std::vector<Candidate>& candidates) {
  std::vector<std::size_t> parent(rows);
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](std::size_t row) {
    while (parent[row] != row) row = parent[row] = parent[parent[row]];
    return row;
  };
  std::unordered_map<std::size_t, std::size_t> first_row;
  first_row.reserve(candidates.size());
  for (const Candidate& c : candidates) {
    const auto [known, is_new] = first_row.emplace(c.column, c.row);
    const std::size_t a = root(known->second);
    const std::size_t b = root(c.row);
    parent[std::max(a, b)] = std::min(a, b);
  }
  for (std::size_t row = 0; row < rows; ++row) parent[row] = root(row);
  return parent;
}

}  // namespace

std::vector<std::size_t> assign(std::size_t rows, std::vector<Candidate> candidates, double alone) {
  std::vector<std::size_t> result(rows, kUnassigned);
  const auto group_of = groups_of(rows, candidates);
  std::ranges::sort(candidates, {},
                    [&](const Candidate& c) { return std::tuple(group_of[c.row], c.row, c.column); });
  for (auto begin = candidates.begin(); begin != candidates.end();) {
    const auto end = std::find_if(
        begin, candidates.end(), [&](const Candidate& c) { return group_of[c.row] != group_of[begin->row]; });
    std::size_t distinct = 1;
    for (auto i = begin + 1; i != end; ++i) distinct += i->row != (i - 1)->row ? 1 : 0;
    const std::vector<Candidate> group(begin, end);
    if (distinct == 1) {
      const auto cheapest = std::ranges::min_element(group, {}, &Candidate::cost);
      if (cheapest->cost < alone) result[cheapest->row] = cheapest->column;
    } else if (distinct <= kLargestExact) {
      assign_exactly(group, alone, result);
    } else {
      assign_cheapest_first(group, alone, result);
    }
    begin = end;
  }
  return result;
}

}  // namespace towfish
