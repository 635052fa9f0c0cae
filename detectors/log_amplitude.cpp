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

const std::array<std::int16_t, 65536> kTable = make_table();

}  // namespace

std::int16_t log_amplitude(std::uint32_t amplitude) noexcept {
  return kTable[amplitude < kTable.size() ? amplitude : kTable.size() - 1];
}

}  // namespace towfish
