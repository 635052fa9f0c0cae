#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

/// Randomness without state: each number is a hash of what it belongs to (seed, ping, sample, lattice point),
/// so that any ping can be made without making those before it. The hash is the finaliser of SplitMix64
/// (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
namespace towfish::sim {

constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

constexpr std::uint64_t hash(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0) noexcept {
  return mix(mix(seed ^ mix(a)) + b);
}

/// Uniform in [0, 1).
constexpr double uniform(std::uint64_t random) noexcept {
  return static_cast<double>(random >> 11) * 0x1p-53;
}

constexpr double uniform(std::uint64_t random, double low, double high) noexcept {
  return low + (high - low) * uniform(random);
}

/// Standard normal, cut off beyond 3.9.
float normal(std::uint64_t random) noexcept;

/// Probability that a standard normal lies below `x`.
inline float normal_cdf(float x) noexcept {
  return 0.5F * std::erfc(-x * (1 / std::numbers::sqrt2_v<float>));
}

struct Complex {
  float re = 0;
  float im = 0;
};

/// Circular complex normal of mean power 1 (Box and Muller): its amplitude is Rayleigh distributed.
inline Complex complex_normal(std::uint64_t random) noexcept {
  const float u = (static_cast<float>(random >> 40) + 1.0F) * 0x1p-24F;
  const float phase = static_cast<float>(random & 0xffffffU) * (2 * std::numbers::pi_v<float> * 0x1p-24F);
  const float amplitude = std::sqrt(-std::log(u));
  return {amplitude * std::cos(phase), amplitude * std::sin(phase)};
}

}  // namespace towfish::sim
