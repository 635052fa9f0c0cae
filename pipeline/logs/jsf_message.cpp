#include <array>
#include <cmath>

#include "pipeline/logs/channel_choice.hpp"
#include "pipeline/logs/jsf.hpp"
#include "pipeline/logs/sound_speed.hpp"
#include "pipeline/logs/time_stamp.hpp"

// Offsets follow EdgeTech's "JSF File and Message Descriptions", 0004824 Rev 1.20 and 0023492 Rev G.
namespace towfish {
namespace {

constexpr std::size_t kSonarHeaderBytes = 240;
constexpr std::uint32_t kMaxSamples = 1U << 20;
constexpr float kKnot_mps = 0.514444F;
constexpr float kDegreesPerCount = 180.0F / 32768;
constexpr float kMinRange_m = 1e-3F;
constexpr float kMaxRange_m = 5000;

/// Bits of the validity word.
enum Valid : std::uint16_t {
  kPosition = 1U << 0,
  kCourse = 1U << 1,
  kSpeed = 1U << 2,
  kHeading = 1U << 3,
  kPitchRoll = 1U << 5,
  kAltitude = 1U << 6,
  kHeave = 1U << 7,
  kDepth = 1U << 9,
  kInterpolated = 1U << 13,  ///< The position is the sonar's own.
};

/// Midnight of the seconds, and milliseconds since then. Around midnight the two may be of different days.
std::int64_t ping_time_ns(const Fields& fields, std::uint8_t protocol) {
  constexpr std::int64_t kDay_s = 86400;
  const std::int64_t seconds = fields.little<std::int32_t>(0);
  const std::int64_t milliseconds = fields.little<std::uint32_t>(200);
  if (protocol < 8 || seconds <= 0 || milliseconds >= kDay_s * 1000) return utc_ns_from_epoch(seconds);
  std::int64_t midnight = seconds / kDay_s * kDay_s;
  const std::int64_t ahead_s = midnight + milliseconds / 1000 - seconds;
  if (ahead_s > kDay_s / 2) midnight -= kDay_s;
  if (ahead_s < -kDay_s / 2) midnight += kDay_s;
  return utc_ns_from_epoch(midnight, milliseconds * 1'000'000);
}

/// Metres a count, by the unit of coordinates; nullopt where they are degrees.
std::optional<double> metres_a_count(const Fields& fields) {
  switch (fields.little<std::int16_t>(88)) {
    case 1:
      return 1e-3;
    case 3:
      return 0.1;
    case 4:
      return 0.01;
    default:
      return std::nullopt;
  }
}

std::optional<SampleType> sample_type(std::int16_t format) {
  switch (format) {
    case 0:
    case 2:
      return SampleType::u16;  // envelopes are never negative
    case 3:
      return SampleType::i16;
    case 4:
      return SampleType::u16;
    case 1:
    case 9:
      return SampleType::iq_i16;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool JsfRecording::read_sonar(const Message& message, const Fields& fields, Side side, RecordedPing& out) {
  const std::uint64_t at = message.body_at - 16;
  const auto type = sample_type(fields.little<std::int16_t>(34));
  if (fields.size() < kSonarHeaderBytes || !type) {
    faults_.note("sample_format_unknown", at);
    return false;
  }
  const std::uint16_t high_bits =
      message.protocol >= 0xA ? fields.little<std::uint16_t>(16) : std::uint16_t{0};
  std::uint32_t samples = fields.little<std::uint16_t>(114) + ((std::uint32_t{high_bits} >> 8 & 0xF) << 16);
  const std::uint32_t held = (message.bytes - std::min<std::uint32_t>(message.bytes, kSonarHeaderBytes)) /
                             static_cast<std::uint32_t>(bytes_of(*type));
  if (samples > held) {
    faults_.note("samples_beyond_message", at);
    samples = held;
  }
  read_navigation(fields, out);
  out.ping.time_utc_ns = ping_time_ns(fields, message.protocol);
  if (out.ping.time_utc_ns == kUnknownTime) faults_.note("time_absent_or_absurd", at);

  const std::uint32_t fraction = message.protocol >= 0xB ? fields.little<std::uint16_t>(18) & 0xFFU : 0;
  const double interval_s = (fields.little<std::uint32_t>(116) + fraction / 256.0) * 1e-9;
  const auto spacing_m =
      static_cast<float>(interval_s * sound_speed_for_ranges(out.ping.sound_speed_mps) / 2);
  const float first_edge_m = static_cast<float>(fields.little<std::uint32_t>(4)) * spacing_m;
  const float range_m = first_edge_m + spacing_m * static_cast<float>(samples);
  if (samples == 0 || samples > kMaxSamples || !(range_m >= kMinRange_m) || range_m > kMaxRange_m) {
    faults_.note("range_absent_or_absurd", at);
    return false;
  }
  out.geometry[index(side)] = {samples, first_edge_m, spacing_m, frequency_khz(fields, message.protocol), 1};
  out.trace[index(side)] = {.at = message.body_at + kSonarHeaderBytes,
                            .samples = samples,
                            .weight = fields.little<std::int16_t>(168),
                            .type = *type};
  return true;
}

void JsfRecording::read_navigation(const Fields& fields, RecordedPing& out) const {
  Ping& ping = out.ping;
  const auto valid = fields.little<std::uint16_t>(30);
  if ((valid & kPosition) != 0) read_position(fields, out);
  if ((valid & kSpeed) != 0)
    ping.speed_mps = static_cast<float>(fields.little<std::int16_t>(194)) * 0.1F * kKnot_mps;
  if ((valid & kHeading) != 0)
    ping.heading_deg = static_cast<float>(fields.little<std::uint16_t>(172)) * 0.01F;
  if ((valid & kPitchRoll) != 0) {
    ping.pitch_deg = static_cast<float>(fields.little<std::int16_t>(174)) * kDegreesPerCount;
    // Port up is starboard down: the sign is ours.
    ping.roll_deg = static_cast<float>(fields.little<std::int16_t>(176)) * kDegreesPerCount;
  }
  if ((valid & kHeave) != 0) ping.heave_m = -fields.little<float>(48);  // recorded + down
  if ((valid & kAltitude) != 0)
    ping.altitude_m = static_cast<float>(fields.little<std::int32_t>(144)) * 1e-3F;
  if ((valid & kDepth) != 0) ping.depth_m = static_cast<float>(fields.little<std::int32_t>(136)) * 1e-3F;
  const float sound_speed = fields.little<float>(148);
  const auto measured = static_cast<float>(sound_speed_mmps_) * 1e-3F;
  ping.sound_speed_mps = sound_speed > 0 ? sound_speed : measured > 0 ? measured : 1500;
}

bool JsfRecording::is_projected(const Fields& fields) {
  return (fields.little<std::uint16_t>(30) & kPosition) != 0 && metres_a_count(fields).has_value();
}

void JsfRecording::read_position(const Fields& fields, RecordedPing& out) const {
  constexpr std::int16_t kMinutesOfArc = 2;  // times 10000
  constexpr double kCountsPerDegree = 600000;
  const auto x = fields.little<std::int32_t>(80);
  const auto y = fields.little<std::int32_t>(84);
  const auto metres = metres_a_count(fields);
  std::optional<std::array<double, 2>> degrees;
  if (fields.little<std::int16_t>(88) == kMinutesOfArc)
    degrees = {y / kCountsPerDegree, x / kCountsPerDegree};
  if (metres && !utm_zone_.empty()) degrees = from_utm(utm_zone_, y * *metres, x * *metres);
  if (!degrees) return;
  out.ping.latitude_deg = (*degrees)[0];
  out.ping.longitude_deg = (*degrees)[1];
  const float layback = fields.little<float>(228);
  out.from = PositionFrom::ship;
  if ((fields.little<std::uint16_t>(30) & kInterpolated) != 0) {
    out.from = PositionFrom::sensor;
  } else if (layback > 0 && layback < 10000) {
    out.layback_m = layback;
    out.from = PositionFrom::ship_with_layback;
  }
}

}  // namespace towfish
