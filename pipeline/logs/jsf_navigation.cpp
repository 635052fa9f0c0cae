#include <array>
#include <cmath>

#include "pipeline/logs/jsf.hpp"
#include "pipeline/logs/nmea.hpp"
#include "pipeline/logs/time_stamp.hpp"

// Messages between the sonar data. Offsets follow EdgeTech's "JSF File and Message Descriptions", 0004824
// Rev 1.20 and 0023492 Rev G; the bits of their validity words are those that MB-System lists in
// mbsys_jstar.h (dwcaress/MB-System).
namespace towfish {
namespace {

constexpr float kDegreesPerCount = 180.0F / 32768;

std::int64_t message_time_ns(const Fields& fields) {
  return utc_ns_from_epoch(fields.little<std::int32_t>(0),
                           fields.little<std::int32_t>(4) % 1000 * std::int64_t{1'000'000});
}

/// Counts of a given size where the message says that they were measured.
template <class Count>
float counted(const Fields& fields, std::size_t at, float unit, bool measured) {
  return measured ? static_cast<float>(fields.little<Count>(at)) * unit : kUnknown;
}

void update(float& value, float measured) {
  if (std::isfinite(measured)) value = measured;
}

}  // namespace

void JsfRecording::take_other(const Message& message) {
  const Fields fields = window_.fields(message.body_at, std::min<std::uint32_t>(message.bytes, 256));
  const std::int64_t time = message_time_ns(fields);
  switch (message.type) {
    case 2002:
      return take_nmea(fields, message.bytes, time);
    case 2020:
      if (fields.size() >= 42) take_attitude(fields, time);
      return;
    case 2060:
      if (fields.size() >= 40) take_pressure(fields);
      return;
    case 2080:
      if (fields.size() >= 58) take_doppler(fields, time);
      return;
    case 2091:
      if (fields.size() >= 84) take_situation(fields, time);
      return;
    default:
      return;
  }
}

/// The attitude being gathered until the next ping. What different messages measured between two pings is
/// taken as of the last of them.
Attitude& JsfRecording::attitude_at(std::int64_t time_utc_ns) {
  if (!attitude_) attitude_.emplace();
  attitude_->time_utc_ns = time_utc_ns;
  return *attitude_;
}

void JsfRecording::take_sound_speed(double mps) {
  if (mps >= 1300 && mps <= 1700) sound_speed_mmps_ = static_cast<std::uint64_t>(mps * 1000);
}

void JsfRecording::take_nmea(const Fields& fields, std::uint32_t bytes, std::int64_t time_utc_ns) {
  const std::string text = fields.text(12, bytes);
  const NmeaReading reading = read_nmea(std::string_view(text).substr(std::min(text.find('$'), text.size())));
  if (reading.place) fix_ = Fix{time_utc_ns, reading.place->latitude_deg, reading.place->longitude_deg};
  if (reading.true_heading_deg) attitude_at(time_utc_ns).heading_deg = *reading.true_heading_deg;
}

void JsfRecording::take_attitude(const Fields& fields, std::int64_t time_utc_ns) {
  const auto valid = fields.little<std::uint32_t>(36);
  const auto has = [&](unsigned bit) { return (valid >> bit & 1U) != 0; };
  Attitude& attitude = attitude_at(time_utc_ns);
  update(attitude.pitch_deg, counted<std::int16_t>(fields, 24, kDegreesPerCount, has(6)));
  update(attitude.roll_deg, counted<std::int16_t>(fields, 26, kDegreesPerCount, has(7)));
  update(attitude.heave_m, counted<std::int16_t>(fields, 32, -1e-3F, has(8)));  // recorded + down
  update(attitude.heading_deg, counted<std::uint16_t>(fields, 34, 0.01F, has(9)));
}

void JsfRecording::take_pressure(const Fields& fields) {
  const auto valid = fields.little<std::uint32_t>(24);
  if ((valid & 1U << 4) != 0) take_sound_speed(fields.little<std::int32_t>(32) * 1e-3);
  update(measured_.depth_m, counted<std::int32_t>(fields, 36, 1, (valid & 1U << 5) != 0));
}

void JsfRecording::take_doppler(const Fields& fields, std::int64_t time_utc_ns) {
  const auto valid = fields.little<std::uint32_t>(12);
  const auto has = [&](unsigned bit) { return (valid >> bit & 1U) != 0; };
  if (has(31)) return;  // the instrument's own error
  if (has(6) || has(7) || has(8)) {
    Attitude& attitude = attitude_at(time_utc_ns);
    update(attitude.heading_deg, counted<std::uint16_t>(fields, 50, 0.01F, has(6)));
    update(attitude.pitch_deg, counted<std::int16_t>(fields, 46, 0.01F, has(7)));
    update(attitude.roll_deg, counted<std::int16_t>(fields, 48, 0.01F, has(8)));
  }
  if (has(0)) {
    measured_.speed_mps =
        std::hypot(fields.little<std::int16_t>(32) * 1e-3F, fields.little<std::int16_t>(34) * 1e-3F);
  }
  update(measured_.depth_m, counted<std::uint16_t>(fields, 44, 0.1F, has(10)));
  if (has(12)) take_sound_speed(fields.little<std::int16_t>(56));
  // The four ranges are not taken for an altitude: how far off the vertical the beams look is not told.
}

void JsfRecording::take_situation(const Fields& fields, std::int64_t time_utc_ns) {
  const auto valid = fields.little<std::uint32_t>(12);
  const auto has = [&](unsigned bit) { return (valid >> bit & 1U) != 0; };
  const auto real = [&](std::size_t at, unsigned bit) {
    return has(bit) ? fields.little<float>(at) : kUnknown;
  };
  const auto latitude = fields.little<double>(28);
  const auto longitude = fields.little<double>(36);
  const bool in_range = std::abs(latitude) <= 90 && std::abs(longitude) <= 180;
  if (has(1) && has(2) && in_range && (latitude != 0 || longitude != 0)) {
    fix_ = Fix{time_utc_ns, latitude, longitude};
  }
  Attitude& attitude = attitude_at(time_utc_ns);
  update(attitude.heave_m, -real(52, 5));  // recorded + down
  update(attitude.pitch_deg, real(68, 8));
  update(attitude.roll_deg, real(72, 9));
  update(attitude.heading_deg, real(76, 10));
  update(measured_.depth_m, real(44, 3));
  update(measured_.altitude_m, real(48, 4));
  update(measured_.speed_mps, std::hypot(real(56, 6), real(60, 6)));
  if (has(11)) take_sound_speed(fields.little<float>(80));
}

}  // namespace towfish
