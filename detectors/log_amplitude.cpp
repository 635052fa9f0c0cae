#include "detectors/log_amplitude.hpp"

#include <array>
#include <cmath>

namespace towfish {

namespace {

std::array<std::int16_t, 65536> make_table() {
  std::array<std::int16_t, 65536> table{};
  for (std::size_t amplitude = 0; amplitude < table.size(); ++amplitude) {
    const double decibels = 20.0 * std::log10(static_cast<double>(amplitude) + 1.0);
    table[amplitude] = static_cast<std::int16_t>(std::lround(decibels * kStepsPerDecibel));
  }
  return table;
}

}  // namespace

const std::array<std::int16_t, 65536> kLogAmplitude = make_table();

}  // namespace towfish
