#include <cmath>

#include "pipeline/logs/channel_choice.hpp"
#include "pipeline/logs/sound_speed.hpp"
#include "pipeline/logs/time_stamp.hpp"
#include "pipeline/logs/xtf.hpp"

// The packets of XTF. Offsets follow the XTF File Format Specification, Rev 42 (2019), byte by byte.
namespace towfish {
namespace {

constexpr std::size_t kPingHeaderBytes = 256;
constexpr std::size_t kChannelHeaderBytes = 64;
constexpr std::size_t kNavigationBytes = 64;
constexpr std::uint32_t kMaxSamples = 1U << 20;
constexpr std::uint8_t kAttitude = 3;
constexpr std::uint8_t kNavigation = 42;
constexpr std::uint8_t kGyro = 84;
constexpr std::uint8_t kRawPosition = 107;
constexpr float kKnot_mps = 0.514444F;
constexpr float kMinRange_m = 1e-3F;
constexpr float kMaxRange_m = 5000;
constexpr std::uint64_t kChannelPaddingBytes = 64;

float unless_zero(float value) {
  return value == 0 ? kUnknown : value;
}

float first_set(float preferred, float otherwise) {
  return std::isfinite(preferred) && preferred != 0 ? preferred : unless_zero(otherwise);
}

std::int64_t calendar_ns(const Fields& fields, std::size_t year_at, std::int64_t nanosecond) {
  return utc_ns({fields.little<std::uint16_t>(year_at), fields.u8(year_at + 2), fields.u8(year_at + 3),
                 fields.u8(year_at + 4), fields.u8(year_at + 5), fields.u8(year_at + 6), nanosecond});
}

/// Half the speed in most files, the whole in some, absent in others.
float sound_speed(float recorded) {
  if (recorded == 0) return 1500;
  return recorded < 800 ? 2 * recorded : recorded;
}

bool usable_range(float range_m) {
  return range_m >= kMinRange_m && range_m <= kMaxRange_m;  // false for NaN
}

}  // namespace

bool XtfRecording::read_ping(const Packet& packet, RecordedPing& out) {
  out = {};
  out.at = packet.at;
  read_ping_header(window_.fields(packet.at, kPingHeaderBytes), out);
  if (out.ping.time_utc_ns == kUnknownTime) faults_.note("time_absent_or_absurd", packet.at);

  const auto& wanted = pairs_[description_.pair];
  std::uint64_t at = kPingHeaderBytes;
  for (std::size_t i = 0; i < packet.channels; ++i) {
    const auto channel = channel_at(packet, at, i);
    if (!channel) {
      faults_.note("channel_beyond_packet", packet.at);
      break;
    }
    at = end_of(*channel) - packet.at;
    for (const Side side : kSides) {
      if (wanted[index(side)] == channel->info) place(*channel, side, out);
    }
  }
  if (out.geometry[0].samples + out.geometry[1].samples == 0) return false;  // Of another pair of channels.
  read_attitude_tags(window_.fields(packet.at, kPingHeaderBytes), out);
  return true;
}

void XtfRecording::read_ping_header(const Fields& fields, RecordedPing& out) const {
  Ping& ping = out.ping;
  ping.time_utc_ns = calendar_ns(fields, 14, fields.u8(21) * std::int64_t{10'000'000});
  ping.sound_speed_mps = sound_speed(fields.little<float>(32));
  const float sensor_speed = fields.little<float>(152);
  ping.speed_mps =
      kKnot_mps * first_set(sensor_speed, first_set(fields.little<float>(120), fields.little<float>(112)));
  ping.heading_deg = first_set(fields.little<float>(212), fields.little<float>(124));
  // Before the first attitude comes in, recorders write zeros.
  if (std::isfinite(ping.heading_deg) || fields.little<float>(204) != 0 || fields.little<float>(208) != 0) {
    ping.pitch_deg = fields.little<float>(204);
    ping.roll_deg = fields.little<float>(208);
    ping.heave_m = fields.little<float>(216);
  }
  ping.depth_m = unless_zero(fields.little<float>(192));
  ping.altitude_m = first_set(fields.little<float>(196), fields.little<float>(200));
  read_position(fields, out);
}

void XtfRecording::read_position(const Fields& fields, RecordedPing& out) const {
  double y = fields.little<double>(160);
  double x = fields.little<double>(168);
  out.from = PositionFrom::sensor;
  if (x == 0 && y == 0) {
    y = fields.little<double>(128);
    x = fields.little<double>(136);
    const float layback = fields.little<float>(184);
    out.from = PositionFrom::ship;
    if (layback > 0 && layback < 10000) {
      out.layback_m = layback;
      out.from = PositionFrom::ship_with_layback;
    }
  }
  if (const auto position = degrees(y, x)) {
    out.ping.latitude_deg = (*position)[0];
    out.ping.longitude_deg = (*position)[1];
  } else {
    out.from = PositionFrom::nowhere;
  }
}

/// Latitude and longitude of a recorded position; nullopt where it is not known in which projection it is.
std::optional<std::array<double, 2>> XtfRecording::degrees(double y, double x) const {
  if (!header_.projected_metres || (x == 0 && y == 0)) return std::array{y, x};
  return utm_zone_.empty() ? std::nullopt : from_utm(utm_zone_, y, x);
}

void XtfRecording::read_attitude_tags(const Fields& fields, RecordedPing& out) {
  if (attitude_ && attitude_tag_ms_ && out.ping.time_utc_ns != kUnknownTime) {
    // Both tags run on the recorder's own counter, which may have wrapped in between.
    const auto behind_ms = static_cast<std::int32_t>(*attitude_tag_ms_ - fields.little<std::uint32_t>(224));
    attitude_->time_utc_ns = out.ping.time_utc_ns + behind_ms * std::int64_t{1'000'000};
  }
  out.fix = std::exchange(fix_, std::nullopt);
  out.attitude = std::exchange(attitude_, std::nullopt);
  attitude_tag_ms_.reset();
}

std::optional<XtfRecording::Channel> XtfRecording::channel_at(const Packet& packet, std::uint64_t at,
                                                              std::size_t position) {
  if (at + kChannelHeaderBytes > packet.bytes) return std::nullopt;
  Channel channel;
  channel.fields = window_.fields(packet.at + at, kChannelHeaderBytes);
  if (channel.fields.size() < kChannelHeaderBytes) return std::nullopt;
  channel.samples_at = packet.at + at + kChannelHeaderBytes;
  const std::uint64_t left = packet.bytes - at - kChannelHeaderBytes;
  const auto fits = [&](std::size_t info) {
    if (info >= header_.channels.size()) return false;
    const XtfChannel& known = header_.channels[info];
    std::uint64_t samples = channel.fields.little<std::uint32_t>(42);
    if (samples == 0) samples = known.samples_per_ping;
    if (samples == 0) {
      const std::uint64_t headers = kPingHeaderBytes + kChannelHeaderBytes * packet.channels;
      const std::uint64_t row = std::uint64_t{packet.channels} * bytes_of(known.samples);
      samples = packet.bytes > headers ? (packet.bytes - headers) / row : 0;
    }
    channel.info = info;
    channel.samples = static_cast<std::uint32_t>(std::min<std::uint64_t>(samples, kMaxSamples + 1));
    return samples <= kMaxSamples && samples * bytes_of(known.samples) <= left;
  };
  // By number; where that does not fit, by place among the side-scan channels, as some recorders number.
  const bool found = fits(channel.fields.little<std::uint16_t>(0)) ||
                     (position < sidescan_.size() && fits(sidescan_[position]));
  return found ? std::optional(channel) : std::nullopt;
}

std::uint64_t XtfRecording::end_of(const Channel& channel) const {
  const std::uint64_t bytes =
      std::uint64_t{channel.samples} * bytes_of(header_.channels[channel.info].samples);
  const std::uint64_t padding =
      header_.pads_channels ? (kChannelPaddingBytes - bytes % kChannelPaddingBytes) % kChannelPaddingBytes
                            : 0;
  return channel.samples_at + bytes + padding;
}

void XtfRecording::place(const Channel& channel, Side side, RecordedPing& out) {
  if (channel.samples == 0) return;
  const float half_speed = sound_speed_for_ranges(out.ping.sound_speed_mps) / 2;
  const float delay_m = channel.fields.little<float>(12) * half_speed;
  const float by_time_m = channel.fields.little<float>(16) * half_speed;
  const float recorded_m = channel.fields.little<float>(4);
  const bool by_time = usable_range(by_time_m) &&
                       (plausible_sound_speed(out.ping.sound_speed_mps) || !usable_range(recorded_m));
  float range_m = by_time ? by_time_m : recorded_m;
  const XtfChannel& info = header_.channels[channel.info];
  const float ground_m = channel.fields.little<float>(8);
  if (info.ground_range && usable_range(ground_m)) {
    const float altitude = out.ping.altitude_m;
    if (altitude > 0 && altitude < kMaxRange_m) {
      out.ground_spacing_m[index(side)] = ground_m / static_cast<float>(channel.samples);
      range_m = std::hypot(ground_m, altitude);
    } else {
      faults_.note("ground_range_without_altitude", out.at);
      range_m = ground_m;
    }
  }
  if (!usable_range(range_m)) {
    faults_.note("range_absent_or_absurd", out.at);
    return;
  }
  TraceGeometry& geometry = out.geometry[index(side)];
  geometry.samples = channel.samples;
  geometry.first_edge_m = usable_range(delay_m) && out.ground_spacing_m[index(side)] == 0 ? delay_m : 0;
  geometry.sample_spacing_m = range_m / static_cast<float>(channel.samples);
  const auto frequency = static_cast<float>(channel.fields.little<std::uint16_t>(26));
  geometry.frequency_khz = frequency > 0 ? frequency : info.frequency_khz;
  TraceBytes& trace = out.trace[index(side)];
  trace.at = channel.samples_at;
  trace.samples = channel.samples;
  trace.type = info.samples;
  trace.weight = channel.fields.little<std::int16_t>(58);
  trace.far_to_nadir = side == Side::port;
}

void XtfRecording::take_fix(std::int64_t time_utc_ns, double y, double x) {
  const auto position = degrees(y, x);
  const bool usable =
      position && std::abs((*position)[0]) <= 90 && std::abs((*position)[1]) <= 360 && (x != 0 || y != 0);
  if (usable) fix_ = Fix{time_utc_ns, (*position)[0], (*position)[1]};
}

void XtfRecording::read_navigation(const Packet& packet) {
  if (packet.bytes < kNavigationBytes) return;
  const Fields fields = window_.fields(packet.at, kNavigationBytes);
  switch (packet.type) {
    case kNavigation:
      take_fix(calendar_ns(fields, 14, fields.little<std::uint32_t>(21) * std::int64_t{1000}),
               fields.little<double>(33), fields.little<double>(41));
      break;
    case kRawPosition: {
      // The field is called microseconds, and holds tenths of a millisecond.
      const std::int64_t time =
          calendar_ns(fields, 14, fields.little<std::uint16_t>(21) * std::int64_t{100'000});
      take_fix(time, fields.little<double>(23), fields.little<double>(31));
      attitude_ = Attitude{time, fields.little<float>(59), fields.little<float>(47), fields.little<float>(51),
                           fields.little<float>(55)};
      attitude_tag_ms_.reset();
      break;
    }
    case kAttitude: {
      attitude_ =
          Attitude{calendar_ns(fields, 54, fields.little<std::uint16_t>(61) * std::int64_t{1'000'000}),
                   fields.little<float>(50), fields.little<float>(30), fields.little<float>(34),
                   fields.little<float>(38)};
      attitude_tag_ms_.reset();
      if (attitude_->time_utc_ns == kUnknownTime) {
        const std::int64_t nanosecond = fields.little<std::uint32_t>(22) % 1'000'000 * std::int64_t{1000};
        attitude_->time_utc_ns = utc_ns_from_epoch(fields.little<std::uint32_t>(26), nanosecond);
      }
      if (attitude_->time_utc_ns == kUnknownTime) attitude_tag_ms_ = fields.little<std::uint32_t>(46);
      break;
    }
    case kGyro:
      attitude_ = Attitude{
          .time_utc_ns = calendar_ns(fields, 14, fields.little<std::uint32_t>(21) * std::int64_t{1000}),
          .heading_deg = fields.little<float>(33)};
      attitude_tag_ms_.reset();
      break;
    default:
      break;
  }
}

}  // namespace towfish
