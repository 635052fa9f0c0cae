#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/sonar/side.hpp"
#include "sim/random.hpp"

namespace towfish::sim {

/// Turns mean echo powers into the amplitudes of one ping.
///
/// The echo of each sample is the sum of many scatterers: complex normal, so of Rayleigh amplitude. From ping
/// to ping it changes as the array moves over the scatterers: the correlation of the complex echo falls like
/// exp(-(d / (array / 2))^2) with the distance d moved over up to 24 pings (van Cittert and Zernike; Mallart
/// and Fink 1991, JASA 90:2718). The pulse of length c/2B mixes neighbouring samples. Noise is new in every
/// ping.
///
/// Ping n is made from hashes of n and its neighbours; what is kept from ping to ping is only a memory of
/// hashes already worked out. Looks are independent echoes whose powers are averaged. Threads: one thread.
class Speckle {
 public:
  Speckle(std::uint64_t seed, std::size_t samples, double spacing_m, double resolution_m, double moved_m,
          double array_m, int looks);

  /// Amplitudes of ping `number` of one side, for mean echo powers and noise powers by sample.
  void apply(Side side, std::uint64_t number, std::span<const float> echo, std::span<const float> noise,
             std::span<float> amplitude);

 private:
  struct Row {
    std::int64_t number = -1'000'000;
    std::vector<Complex> scatter;
  };
  [[nodiscard]] const std::vector<Complex>& scatter(Side side, std::int64_t number, std::size_t look);
  void add_look(Side side, std::uint64_t number, std::size_t look, std::span<const float> echo,
                std::span<const float> noise, std::span<float> power);

  std::uint64_t seed_;
  std::size_t samples_;
  std::size_t looks_;
  std::vector<float> along_;  ///< Weights over pings, odd number, squares sum to 1.
  std::vector<float> pulse_;  ///< Weights over samples, odd number, squares sum to 1.
  std::array<std::vector<Row>, 2> memory_;
  std::vector<Complex> field_;
};

}  // namespace towfish::sim
