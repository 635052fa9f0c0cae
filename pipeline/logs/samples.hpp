#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pipeline/logs/log_file.hpp"
#include "pipeline/sonar/ping.hpp"

namespace towfish {

/// How a recorder stores one sample. Little-endian.
enum class SampleType : std::uint8_t {
  u8,
  u16,
  i16,  ///< The absolute value counts.
  u32,
  i32,      ///< The absolute value counts.
  f32,      ///< The absolute value counts; NaN counts as 0.
  ibm_f32,  ///< IBM System/360 single precision, big-endian as that machine was.
  iq_i16,   ///< In-phase and quadrature; the magnitude counts.
  db_u16,   ///< Logarithmic between TraceBytes::floor_db and ceiling_db.
};

[[nodiscard]] std::size_t bytes_of(SampleType type) noexcept;
[[nodiscard]] const char* name(SampleType type) noexcept;

/// Where the samples of one trace lie, and how.
struct TraceBytes {
  std::uint64_t at = 0;
  std::uint32_t samples = 0;
  std::int16_t weight = 0;  ///< amplitude = raw * 2^-weight
  SampleType type = SampleType::u16;
  std::uint8_t file = 0;  ///< Of those that make up the log.
  bool far_to_nadir = false;
  float floor_db = 0;    ///< db_u16 only.
  float ceiling_db = 0;  ///< db_u16 only.
};

/// What conversion met.
struct Conversion {
  std::size_t not_finite = 0;  ///< NaN or infinite: written as 0.
  std::size_t saturated = 0;   ///< Larger than 65535 counts: written as 65535.
};

/// Converts stored samples to counts = amplitude * 2^exponent, nadir first. `out` has trace.samples elements;
/// those that `bytes` is too short for become 0. `bytes` may be those of `out`.
Conversion convert(const TraceBytes& trace, std::span<const std::byte> bytes, int exponent,
                   std::span<std::uint16_t> out);

/// The largest amplitude, for choosing an exponent.
double largest_amplitude(const TraceBytes& trace, std::span<const std::byte> bytes);

/// Resamples a trace that is even in ground range to one even in slant range over a flat bottom, nearest
/// sample, R = sqrt(g^2 + H^2). What lies above the bottom becomes 0. Both have the same length.
void to_slant_range(std::span<const std::uint16_t> ground, float ground_spacing_m, float altitude_m,
                    const TraceGeometry& slant, std::span<std::uint16_t> out);

}  // namespace towfish
