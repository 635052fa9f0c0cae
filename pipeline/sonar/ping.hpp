#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace towfish {

inline constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
inline constexpr double kUnknownDegrees = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int64_t kUnknownTime = std::numeric_limits<std::int64_t>::min();

/// One transmit/receive cycle without its samples: when it was sent, from where, in what attitude.
///
/// A wire struct (fixed width, no pointers): it travels through shared memory as it is.
/// What a source does not know is NaN (times: kUnknownTime); nothing is invented.
struct Ping {
  std::uint64_t number = 0;  ///< 0-based count within the survey; a jump means pings are missing.
  std::int64_t time_utc_ns = kUnknownTime;  ///< Transmission, ns since 1970-01-01 UTC.
  std::int64_t due_ns = 0;  ///< CLOCK_MONOTONIC moment at which it was due; 0 before it is scheduled.
  double latitude_deg = kUnknownDegrees;   ///< Of the sonar, WGS 84, north positive.
  double longitude_deg = kUnknownDegrees;  ///< Of the sonar, WGS 84, east positive.
  float heading_deg = kUnknown;            ///< True, 0 north, 90 east: where the bow points.
  float course_deg = kUnknown;             ///< True, over ground; differs from heading by the crab angle.
  float speed_mps = kUnknown;              ///< Over ground.
  float pitch_deg = kUnknown;              ///< + bow up.
  float roll_deg = kUnknown;               ///< + starboard down.
  float heave_m = kUnknown;                ///< + up.
  float depth_m = kUnknown;                ///< Of the sonar below the surface.
  float altitude_m = kUnknown;             ///< Of the sonar above the bottom, as recorded: a hint only.
  float sound_speed_mps = 1500.0F;         ///< Full (one-way) speed; always usable.
  float interval_s = kUnknown;             ///< Since the ping before; NaN for the first.
  std::uint32_t reserved[12] = {};

  [[nodiscard]] bool has_position() const noexcept {
    return std::isfinite(latitude_deg) && std::isfinite(longitude_deg);
  }
};
static_assert(std::is_trivially_copyable_v<Ping> && sizeof(Ping) == 128);
static_assert(offsetof(Ping, latitude_deg) == 24 && offsetof(Ping, heading_deg) == 40);

/// How the samples of one trace lie in range. Sample i is centred on slant_range_m(i).
struct TraceGeometry {
  std::uint32_t samples = 0;
  float first_edge_m = 0;  ///< Slant range at the near edge of sample 0; not 0 where recording began late.
  float sample_spacing_m = 0;  ///< Slant range a sample covers; > 0.
  float frequency_khz = 0;     ///< 0: not known.
  float counts_per_unit = 1;   ///< Counts of a sample per unit of the recorder's own amplitude.

  [[nodiscard]] float slant_range_m(double sample) const noexcept {
    return static_cast<float>(first_edge_m + (sample + 0.5) * sample_spacing_m);
  }
  [[nodiscard]] double sample_at(float slant_range) const noexcept {
    return (static_cast<double>(slant_range) - first_edge_m) / sample_spacing_m - 0.5;
  }
  [[nodiscard]] float range_m() const noexcept {
    return first_edge_m + static_cast<float>(samples) * sample_spacing_m;
  }
  bool operator==(const TraceGeometry&) const = default;
};
static_assert(std::is_trivially_copyable_v<TraceGeometry> && sizeof(TraceGeometry) == 20);

}  // namespace towfish
