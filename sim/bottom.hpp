#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/lattice.hpp"
#include "sim/seabed.hpp"

namespace towfish::sim {

/// Lambert's law: backscattering strength per unit area is mu sin^2(grazing angle); mu by sediment
/// (Mackenzie 1961, JASA 33:1498, found -27 dB for a deep bottom; the values by sediment are engineering
/// choices around it).
double lambert_mu(Sediment sediment);

/// Quantile function of the gamma distribution with this shape and mean 1, from a table over normal
/// quantiles. A gamma-distributed mean intensity under Rayleigh speckle gives K-distributed amplitudes
/// (Jakeman and Pusey 1976; Abraham and Lyons 2002, JOE 27:800).
class GammaTexture {
 public:
  explicit GammaTexture(double shape);
  /// The value at the same probability as `normal` has in a standard normal distribution.
  [[nodiscard]] float at(float normal) const noexcept;

 private:
  std::vector<float> values_;
};

/// Height and backscatter of the bottom at any point, a function of the position alone. Objects and rocks are
/// not in it. Threads: one thread a copy.
class Bottom {
 public:
  struct Point {
    float height_m;  ///< Above the plane at the origin's mean depth.
    float mu;        ///< Lambert coefficient, texture included.
  };
  Bottom(const SeabedSettings& settings, std::uint64_t seed);

  [[nodiscard]] Point at(double east_m, double north_m);
  /// Height of the mean plane alone, which the vehicle follows.
  [[nodiscard]] double plane_m(double east_m, double north_m) const noexcept;

 private:
  struct Kind {
    Kind(const BottomSettings& settings, double hurst, std::uint64_t seed);
    Point at(double east_m, double north_m);

    float mu;
    float ripple_height_m;
    double ripple_east;  ///< Wave vector, radians per metre.
    double ripple_north;
    Fractal roughness;
    Lattice ripple_bend;
    Lattice ripple_swell;
    Lattice texture;
    std::optional<GammaTexture> gamma;
  };
  struct Patch {
    Patch(const PatchSettings& settings, double hurst, std::uint64_t seed);
    float cover(double east_m, double north_m);

    PatchSettings settings;
    double sin;
    double cos;
    Fractal edge;
    Kind kind;
  };

  double slope_east_;
  double slope_north_;
  Fractal relief_;
  Kind ground_;
  std::vector<Patch> patches_;
};

}  // namespace towfish::sim
