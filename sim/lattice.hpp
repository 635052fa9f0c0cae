#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace towfish::sim {

/// A random field over the ground, fixed by its seed: standard normal at every point, correlated over about
/// `scale_m`. Independent normals stand on a square lattice turned by a random angle; between them they are
/// mixed by quadratic B-splines, scaled so that the squares of the weights sum to one: smooth, without flat
/// spots at the lattice points, and the marginal stays exactly normal.
///
/// Remembers the last lattice cell, which makes a walk along a ray cheap and changes no value.
/// Threads: one thread a copy.
class Lattice {
 public:
  Lattice(std::uint64_t seed, double scale_m);
  [[nodiscard]] float at(double east_m, double north_m);

 private:
  void enter(std::int64_t column, std::int64_t row);

  std::uint64_t seed_;
  double cos_;
  double sin_;
  std::int64_t column_ = 0;
  std::int64_t row_ = 0;
  std::array<std::array<float, 3>, 3> normals_{};  ///< By row and column about the cell.
};

/// Fractal relief: octaves of Lattice from `outer_m` downward, each half the scale of the one before and
/// 2^-hurst of its height; `rms_m` is that of the sum. A self-affine surface of Hurst exponent `hurst` has
/// the power-law roughness spectrum measured on sea beds (Jackson and Richardson 2007, ch. 6), k^-(2 hurst +
/// 2) in two dimensions.
class Fractal {
 public:
  Fractal(std::uint64_t seed, double rms_m, double outer_m, double inner_m, double hurst);
  [[nodiscard]] float at(double east_m, double north_m);

 private:
  struct Octave {
    Lattice lattice;
    float height_m;
  };
  std::vector<Octave> octaves_;
};

}  // namespace towfish::sim
