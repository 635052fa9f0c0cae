#include "pipeline/logs/samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pipeline/sonar/geometry.hpp"

namespace towfish {
namespace {

float ibm_to_ieee(std::uint32_t word) {
  const int exponent = static_cast<int>((word >> 24) & 0x7F);
  const float fraction = static_cast<float>(word & 0xFFFFFF) * 0x1p-24F;
  return std::ldexp((word >> 31) != 0 ? -fraction : fraction, 4 * (exponent - 64));
}

/// Calls loop(amplitude), of which amplitude(i) is the unweighted amplitude of the i-th stored sample; it may
/// be NaN. What the samples are is asked once, and not for each of them.
template <class Loop>
auto over_amplitudes(const TraceBytes& trace, const Fields& stored, Loop loop) {
  switch (trace.type) {
    case SampleType::u8:
      return loop([&](std::size_t i) -> double { return stored.u8(i); });
    case SampleType::u16:
      return loop([&](std::size_t i) -> double { return stored.little<std::uint16_t>(2 * i); });
    case SampleType::i16:
      return loop([&](std::size_t i) -> double {
        return std::abs(static_cast<int>(stored.little<std::int16_t>(2 * i)));
      });
    case SampleType::u32:
      return loop([&](std::size_t i) -> double { return stored.little<std::uint32_t>(4 * i); });
    case SampleType::i32:
      return loop(
          [&](std::size_t i) { return std::abs(static_cast<double>(stored.little<std::int32_t>(4 * i))); });
    case SampleType::f32:
      return loop([&](std::size_t i) { return std::abs(static_cast<double>(stored.little<float>(4 * i))); });
    case SampleType::ibm_f32:
      return loop(
          [&](std::size_t i) -> double { return std::abs(ibm_to_ieee(stored.big<std::uint32_t>(4 * i))); });
    case SampleType::iq_i16:
      return loop([&](std::size_t i) -> double {
        return std::hypot(stored.little<std::int16_t>(4 * i), stored.little<std::int16_t>(4 * i + 2));
      });
    case SampleType::db_u16:
      return loop([&](std::size_t i) -> double {
        const double part = stored.little<std::uint16_t>(2 * i) / 65535.0;
        return std::pow(10.0, (trace.floor_db + part * (trace.ceiling_db - trace.floor_db)) / 20);
      });
  }
  return loop([](std::size_t) { return 0.0; });
}

/// 8 and 16-bit samples at their own weight: no arithmetic, and loops that become vector instructions.
template <class Stored>
void copy_integers(const std::byte* in, std::span<std::uint16_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored value;
    std::memcpy(&value, in + i * sizeof(Stored), sizeof(Stored));
    if constexpr (std::is_signed_v<Stored>) {
      const int wide = value;
      out[i] = static_cast<std::uint16_t>(wide < 0 ? -wide : wide);
    } else {
      out[i] = value;
    }
  }
}

bool copy_exactly(const TraceBytes& trace, const std::byte* in, std::span<std::uint16_t> out) {
  switch (trace.type) {
    case SampleType::u8:
      copy_integers<std::uint8_t>(in, out);
      return true;
    case SampleType::u16:
      if (in != std::as_bytes(out).data()) copy_integers<std::uint16_t>(in, out);
      return true;
    case SampleType::i16:
      copy_integers<std::int16_t>(in, out);
      return true;
    default:
      return false;
  }
}

Conversion convert_scaled(const TraceBytes& trace, const Fields& stored, int exponent,
                          std::span<std::uint16_t> out) {
  const double scale = std::ldexp(1.0, exponent - trace.weight);
  return over_amplitudes(trace, stored, [&](auto amplitude) {
    Conversion met;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double counts = amplitude(i) * scale;
      if (!std::isfinite(counts)) {
        ++met.not_finite;
        out[i] = 0;
      } else if (counts > 65535) {
        ++met.saturated;
        out[i] = 65535;
      } else {
        // Amplitudes are never negative, and lround() would be a call for every sample.
        out[i] = static_cast<std::uint16_t>(counts + 0.5);  // NOLINT(bugprone-incorrect-roundings)
      }
    }
    return met;
  });
}

}  // namespace

std::size_t bytes_of(SampleType type) noexcept {
  switch (type) {
    case SampleType::u8:
      return 1;
    case SampleType::u16:
    case SampleType::i16:
    case SampleType::db_u16:
      return 2;
    default:
      return 4;
  }
}

const char* name(SampleType type) noexcept {
  switch (type) {
    case SampleType::u8:
      return "8-bit unsigned";
    case SampleType::u16:
      return "16-bit unsigned";
    case SampleType::i16:
      return "16-bit signed, absolute value";
    case SampleType::u32:
      return "32-bit unsigned";
    case SampleType::i32:
      return "32-bit signed, absolute value";
    case SampleType::f32:
      return "32-bit float";
    case SampleType::ibm_f32:
      return "32-bit IBM float";
    case SampleType::iq_i16:
      return "16-bit in-phase and quadrature, magnitude";
    case SampleType::db_u16:
      return "16-bit logarithmic";
  }
  return "";
}

Conversion convert(const TraceBytes& trace, std::span<const std::byte> bytes, int exponent,
                   std::span<std::uint16_t> out) {
  const std::size_t there = std::min(out.size(), bytes.size() / bytes_of(trace.type));
  const auto filled = out.first(there);
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(there), out.end(), std::uint16_t{0});
  Conversion met;
  if (exponent != trace.weight || !copy_exactly(trace, bytes.data(), filled)) {
    met = convert_scaled(trace, Fields(bytes), exponent, filled);
  }
  if (trace.far_to_nadir) std::reverse(out.begin(), out.end());
  return met;
}

double largest_amplitude(const TraceBytes& trace, std::span<const std::byte> bytes) {
  const std::size_t samples = std::min<std::size_t>(trace.samples, bytes.size() / bytes_of(trace.type));
  const double unweighted = over_amplitudes(trace, Fields(bytes), [&](auto amplitude) {
    double largest = 0;
    for (std::size_t i = 0; i < samples; ++i) {
      if (std::isfinite(amplitude(i))) largest = std::max(largest, amplitude(i));
    }
    return largest;
  });
  return std::ldexp(unweighted, -trace.weight);
}

void to_slant_range(std::span<const std::uint16_t> ground, float ground_spacing_m, float altitude_m,
                    const TraceGeometry& slant, std::span<std::uint16_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float at_m = ground_range_m(slant.slant_range_m(static_cast<double>(i)), altitude_m);
    const float from = at_m / ground_spacing_m;
    out[i] =
        from < static_cast<float>(ground.size()) ? ground[static_cast<std::size_t>(from)] : std::uint16_t{0};
  }
}

}  // namespace towfish
