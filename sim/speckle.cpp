#include "sim/speckle.hpp"

#include <algorithm>
#include <cmath>

namespace towfish::sim {
namespace {

/// Gaussian weights whose own correlation is exp(-(k / scale)^2) at lag k; squares sum to 1.
std::vector<float> weights(double scale, int most) {
  const int reach = std::clamp(static_cast<int>(std::ceil(1.8 * scale - 0.5)), 0, most);
  std::vector<float> result;
  double power = 0;
  for (int k = -reach; k <= reach; ++k) {
    const double weight = std::exp(-2 * (k / scale) * (k / scale));
    result.push_back(static_cast<float>(weight));
    power += weight * weight;
  }
  for (float& weight : result) weight /= static_cast<float>(std::sqrt(power));
  return result;
}

}  // namespace

Speckle::Speckle(std::uint64_t seed, std::size_t samples, double spacing_m, double resolution_m,
                 double moved_m, double array_m, int looks)
    : seed_(seed),
      samples_(samples),
      looks_(static_cast<std::size_t>(looks)),
      along_(weights(array_m / 2 / moved_m, 24)),
      pulse_(weights(0.6 * resolution_m / spacing_m, 64)),
      field_(samples + pulse_.size() - 1) {
  for (auto& rows : memory_) {
    rows.resize(along_.size() * looks_);
    for (Row& row : rows) row.scatter.resize(samples);
  }
}

const std::vector<Complex>& Speckle::scatter(Side side, std::int64_t number, std::size_t look) {
  const auto rows = static_cast<std::int64_t>(along_.size());
  const auto slot = static_cast<std::size_t>(((number % rows) + rows) % rows);
  Row& row = memory_[index(side)][look * along_.size() + slot];
  if (row.number != number) {
    row.number = number;
    const std::uint64_t seed = hash(seed_, 4 * look + index(side), static_cast<std::uint64_t>(number));
    for (std::size_t i = 0; i < samples_; ++i) row.scatter[i] = complex_normal(mix(seed + i));
  }
  return row.scatter;
}

void Speckle::apply(Side side, std::uint64_t number, std::span<const float> echo,
                    std::span<const float> noise, std::span<float> amplitude) {
  std::fill(amplitude.begin(), amplitude.end(), 0.0F);
  for (std::size_t look = 0; look < looks_; ++look) add_look(side, number, look, echo, noise, amplitude);
  const float share = 1 / static_cast<float>(looks_);
  for (float& value : amplitude) value = std::sqrt(value * share);
}

void Speckle::add_look(Side side, std::uint64_t number, std::size_t look, std::span<const float> echo,
                       std::span<const float> noise, std::span<float> power) {
  const auto reach = static_cast<std::int64_t>(along_.size() / 2);
  const std::size_t margin = pulse_.size() / 2;
  std::fill(field_.begin(), field_.end(), Complex{});
  const std::span<Complex> field = std::span(field_).subspan(margin, samples_);
  for (std::int64_t k = -reach; k <= reach; ++k) {
    const auto& row = scatter(side, static_cast<std::int64_t>(number) + k, look);
    const float weight = along_[static_cast<std::size_t>(k + reach)];
    for (std::size_t i = 0; i < samples_; ++i) {
      field[i].re += weight * row[i].re;
      field[i].im += weight * row[i].im;
    }
  }
  const std::uint64_t seed = hash(seed_, 4 * look + 2 + index(side), number);
  for (std::size_t i = 0; i < samples_; ++i) {
    const float signal = std::sqrt(echo[i]);
    const float hiss = std::sqrt(noise[i]);
    const Complex random = complex_normal(mix(seed + i));
    field[i] = {signal * field[i].re + hiss * random.re, signal * field[i].im + hiss * random.im};
  }
  for (std::size_t i = 0; i < samples_; ++i) {
    Complex sum;
    for (std::size_t tap = 0; tap < pulse_.size(); ++tap) {
      sum.re += pulse_[tap] * field_[i + tap].re;
      sum.im += pulse_[tap] * field_[i + tap].im;
    }
    power[i] += sum.re * sum.re + sum.im * sum.im;
  }
}

}  // namespace towfish::sim
