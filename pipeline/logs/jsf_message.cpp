#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "pipeline/logs/jsf.hpp"
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
};

std::int64_t message_time_ns(const Fields& fields) {
  return utc_ns_from_epoch(fields.little<std::int32_t>(0),
                           fields.little<std::int32_t>(4) % 1000 * std::int64_t{1'000'000});
}

/// Midnight of the seconds, and milliseconds since then.
std::int64_t ping_time_ns(const Fields& fields, std::uint8_t protocol) {
  constexpr std::int64_t kDay_s = 86400;
  const std::int64_t seconds = fields.little<std::int32_t>(0);
  const std::int64_t milliseconds = fields.little<std::uint32_t>(200);
  if (protocol >= 8 && seconds > 0 && milliseconds < kDay_s * 1000) {
    return utc_ns_from_epoch(seconds / kDay_s * kDay_s, milliseconds * 1'000'000);
  }
  return utc_ns_from_epoch(seconds);
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
  const auto spacing_m = static_cast<float>(interval_s * out.ping.sound_speed_mps / 2);
  const float first_edge_m = static_cast<float>(fields.little<std::uint32_t>(4)) * spacing_m;
  const float range_m = first_edge_m + spacing_m * static_cast<float>(samples);
  if (samples == 0 || samples > kMaxSamples || !(range_m >= kMinRange_m) || range_m > kMaxRange_m) {
    faults_.note("range_absent_or_absurd", at);
    return false;
  }
  const auto start = static_cast<float>(fields.little<std::uint16_t>(126) + ((high_bits & 0xFU) << 16));
  const auto end = static_cast<float>(fields.little<std::uint16_t>(128) + ((high_bits >> 4 & 0xFU) << 16));
  out.geometry[index(side)] = {samples, first_edge_m, spacing_m, (start + end) / 2 * 0.01F, 1};
  out.trace[index(side)] = {.at = message.body_at + kSonarHeaderBytes,
                            .samples = samples,
                            .weight = fields.little<std::int16_t>(168),
                            .type = *type};
  return true;
}

void JsfRecording::read_navigation(const Fields& fields, RecordedPing& out) const {
  Ping& ping = out.ping;
  const auto valid = fields.little<std::uint16_t>(30);
  const auto x = fields.little<std::int32_t>(80);
  const auto y = fields.little<std::int32_t>(84);
  // Unit 2 is ten-thousandths of a minute of arc; others are projected.
  if ((valid & kPosition) != 0 && fields.little<std::int16_t>(88) == 2) {
    ping.longitude_deg = x / 600000.0;
    ping.latitude_deg = y / 600000.0;
    const float layback = fields.little<float>(228);
    out.from = PositionFrom::ship;
    const bool is_interpolated = (valid & 1U << 13) != 0;
    if (is_interpolated) {
      out.from = PositionFrom::sensor;
    } else if (layback > 0 && layback < 10000) {
      out.layback_m = layback;
      out.from = PositionFrom::ship_with_layback;
    }
  }
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
  ping.sound_speed_mps = sound_speed > 0 ? sound_speed : 1500;
}

void JsfRecording::take_other(const Message& message) {
  const Fields fields = window_.fields(message.body_at, std::min<std::uint32_t>(message.bytes, 256));
  const std::int64_t time = message_time_ns(fields);
  switch (message.type) {
    case 2002:
      take_nmea(fields, message.bytes, time);
      break;
    case 2020:
      if (fields.size() < 44) break;
      attitude_ = Attitude{time, static_cast<float>(fields.little<std::uint16_t>(34)) * 0.01F,
                           static_cast<float>(fields.little<std::int16_t>(24)) * kDegreesPerCount,
                           static_cast<float>(fields.little<std::int16_t>(26)) * kDegreesPerCount,
                           -static_cast<float>(fields.little<std::int16_t>(32)) * 1e-3F};
      break;
    case 2091: {
      if (fields.size() < 100) break;
      const auto latitude = fields.little<double>(28);
      const auto longitude = fields.little<double>(36);
      if (std::abs(latitude) <= 90 && std::abs(longitude) <= 180 && (latitude != 0 || longitude != 0)) {
        fix_ = Fix{time, latitude, longitude};
      }
      attitude_ = Attitude{time, fields.little<float>(76), fields.little<float>(68), fields.little<float>(72),
                           -fields.little<float>(52)};
      break;
    }
    default:
      break;
  }
}

/// Position of a GGA or RMC sentence (NMEA 0183): ddmm.mmmm,N,dddmm.mmmm,E.
void JsfRecording::take_nmea(const Fields& fields, std::uint32_t bytes, std::int64_t time_utc_ns) {
  const std::string text = fields.text(12, bytes);
  const bool gga = text.size() > 6 && text.substr(3, 3) == "GGA";
  const bool rmc = text.size() > 6 && text.substr(3, 3) == "RMC";
  if (!gga && !rmc) return;
  std::array<std::string_view, 8> parts;
  std::string_view rest(text);
  for (auto& part : parts) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    part = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  const std::size_t first = gga ? 2 : 3;
  const auto degrees = [](std::string_view number, std::string_view hemisphere, double limit) {
    double value = -1;
    std::from_chars(number.data(), number.data() + number.size(), value);
    const double whole = std::floor(value / 100);
    const double angle = whole + (value - whole * 100) / 60;
    if (!(value > 0 && angle <= limit)) return kUnknownDegrees;
    return hemisphere == "S" || hemisphere == "W" ? -angle : angle;
  };
  const double latitude = degrees(parts[first], parts[first + 1], 90);
  const double longitude = degrees(parts[first + 2], parts[first + 3], 180);
  if (std::isfinite(latitude) && std::isfinite(longitude)) fix_ = Fix{time_utc_ns, latitude, longitude};
}

}  // namespace towfish
