#include "sim/lattice.hpp"

#include <cmath>
#include <numbers>

#include "sim/random.hpp"

namespace towfish::sim {
namespace {

/// Weights of the quadratic B-spline at `t` in [0, 1) of its middle interval.
struct Spline {
  float first, second, third;
  [[nodiscard]] float power() const { return first * first + second * second + third * third; }
};

Spline spline(float t) {
  const float first = 0.5F * (1 - t) * (1 - t);
  const float third = 0.5F * t * t;
  return {first, 1 - first - third, third};
}

}  // namespace

Lattice::Lattice(std::uint64_t seed, double scale_m) : seed_(seed) {
  const double turn = uniform(hash(seed, 1), 0, 2 * std::numbers::pi);
  cos_ = std::cos(turn) / scale_m;
  sin_ = std::sin(turn) / scale_m;
  enter(0, 0);
}

void Lattice::enter(std::int64_t column, std::int64_t row) {
  column_ = column;
  row_ = row;
  for (std::int64_t r = 0; r < 3; ++r) {
    for (std::int64_t c = 0; c < 3; ++c) {
      normals_[r][c] = normal(
          hash(seed_, static_cast<std::uint64_t>(column + c - 1), static_cast<std::uint64_t>(row + r - 1)));
    }
  }
}

float Lattice::at(double east_m, double north_m) {
  const double u = east_m * cos_ - north_m * sin_;
  const double v = east_m * sin_ + north_m * cos_;
  const double column = std::floor(u);
  const double row = std::floor(v);
  if (static_cast<std::int64_t>(column) != column_ || static_cast<std::int64_t>(row) != row_) {
    enter(static_cast<std::int64_t>(column), static_cast<std::int64_t>(row));
  }
  const Spline across = spline(static_cast<float>(u - column));
  const Spline along = spline(static_cast<float>(v - row));
  const auto mixed = [&](const std::array<float, 3>& line) {
    return across.first * line[0] + across.second * line[1] + across.third * line[2];
  };
  const float sum =
      along.first * mixed(normals_[0]) + along.second * mixed(normals_[1]) + along.third * mixed(normals_[2]);
  return sum / std::sqrt(across.power() * along.power());
}

Fractal::Fractal(std::uint64_t seed, double rms_m, double outer_m, double inner_m, double hurst) {
  if (rms_m <= 0) return;
  double power = 0;
  double height = 1;
  std::vector<double> heights;
  for (double scale = outer_m; scale >= inner_m || heights.empty(); scale /= 2) {
    heights.push_back(height);
    power += height * height;
    height *= std::exp2(-hurst);
  }
  for (std::size_t i = 0; i < heights.size(); ++i) {
    octaves_.push_back({Lattice(hash(seed, i), outer_m * std::exp2(-static_cast<double>(i))),
                        static_cast<float>(rms_m * heights[i] / std::sqrt(power))});
  }
}

float Fractal::at(double east_m, double north_m) {
  float height = 0;
  for (Octave& octave : octaves_) height += octave.height_m * octave.lattice.at(east_m, north_m);
  return height;
}

}  // namespace towfish::sim
