#include "sim/lattice.hpp"

#include <cmath>
#include <numbers>

#include "sim/random.hpp"

namespace towfish::sim {

Lattice::Lattice(std::uint64_t seed, double scale_m) : seed_(seed) {
  const double turn = uniform(hash(seed, 1), 0, 2 * std::numbers::pi);
  cos_ = std::cos(turn) / scale_m;
  sin_ = std::sin(turn) / scale_m;
  enter(0, 0);
}

void Lattice::enter(std::int64_t column, std::int64_t row) {
  column_ = column;
  row_ = row;
  for (int corner = 0; corner < 4; ++corner) {
    corners_[corner] = normal(hash(seed_, static_cast<std::uint64_t>(column + (corner & 1)),
                                   static_cast<std::uint64_t>(row + (corner >> 1))));
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
  const auto a = static_cast<float>(u - column);
  const auto b = static_cast<float>(v - row);
  const float wu = a * a * (3 - 2 * a);
  const float wv = b * b * (3 - 2 * b);
  const float sum = (1 - wv) * ((1 - wu) * corners_[0] + wu * corners_[1]) +
                    wv * ((1 - wu) * corners_[2] + wu * corners_[3]);
  const float power = (1 - 2 * wu * (1 - wu)) * (1 - 2 * wv * (1 - wv));
  return sum / std::sqrt(power);
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
