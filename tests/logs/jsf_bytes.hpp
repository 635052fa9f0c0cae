#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/logs/byte_builder.hpp"

/// EdgeTech JSF, byte by byte from the tables of its description.
namespace towfish::recorder_bytes {

constexpr std::int32_t kJsfDay = 1400025600;  ///< 2014-05-14T00:00Z in seconds.

struct JsfPing {
  std::uint8_t subsystem = 21;
  std::uint8_t channel = 0;
  std::uint32_t number = 1;
  std::uint16_t validity = 0x02FF;
  std::int16_t data_format = 0;
  std::int16_t weight = 0;
  std::uint32_t interval_ns = 40000;
  std::uint32_t start_10hz = 40000;
  std::uint32_t end_10hz = 41000;
  std::int32_t seconds = kJsfDay + 45296;
  std::uint32_t milliseconds = 45'296'789;  ///< 12:34:56.789
  std::int32_t x = -42450000;
  std::int32_t y = 24900000;
  std::int16_t coordinate_units = 2;
  float sound_speed = 1480;
  float layback_m = 0;
  std::uint32_t starting_depth = 0;
};

inline ByteBuilder jsf_message(std::uint16_t type, std::uint8_t subsystem, std::uint8_t channel,
                               const ByteBuilder& body) {
  ByteBuilder message(16);
  message.little(0, std::uint16_t{0x1601}).little(2, std::uint8_t{0xD}).little(4, type);
  message.little(6, std::uint8_t{2}).little(7, subsystem).little(8, channel);
  return message.little(12, static_cast<std::uint32_t>(body.size())).append(body);
}

inline ByteBuilder jsf_sonar(const JsfPing& p, const std::vector<std::uint16_t>& shorts) {
  const std::size_t count = p.data_format == 1 ? shorts.size() / 2 : shorts.size();
  const std::size_t high_bits = (p.start_10hz >> 16) | (p.end_10hz >> 16) << 4 | (count >> 16) << 8;
  ByteBuilder body(240);
  body.little(0, p.seconds).little(4, p.starting_depth).little(8, p.number);
  body.little(16, static_cast<std::uint16_t>(high_bits)).little(30, p.validity).little(34, p.data_format);
  body.little(48, -0.5F).little(80, p.x).little(84, p.y).little(88, p.coordinate_units);
  body.little(114, static_cast<std::uint16_t>(count & 0xFFFF)).little(116, p.interval_ns);
  body.little(126, static_cast<std::uint16_t>(p.start_10hz))
      .little(128, static_cast<std::uint16_t>(p.end_10hz));
  body.little(136, std::int32_t{21500}).little(144, std::int32_t{8750}).little(148, p.sound_speed);
  body.little(168, p.weight);
  body.little(172, std::uint16_t{35125}).little(174, std::int16_t{-410}).little(176, std::int16_t{819});
  body.little(194, std::int16_t{35}).little(200, p.milliseconds).little(228, p.layback_m);
  for (std::size_t i = 0; i < shorts.size(); ++i) body.little(240 + 2 * i, shorts[i]);
  return jsf_message(80, p.subsystem, p.channel, body);
}

/// Both sides of a ping that carries no navigation of its own, `seconds` after midnight.
inline ByteBuilder jsf_bare_pair(std::uint32_t number, double seconds, float sound_speed = 1480) {
  JsfPing p{.number = number,
            .validity = 0,
            .seconds = kJsfDay + static_cast<std::int32_t>(seconds),
            .milliseconds = static_cast<std::uint32_t>(seconds * 1000),
            .sound_speed = sound_speed};
  auto pair = jsf_sonar(p, {1, 2});
  p.channel = 1;
  return pair.append(jsf_sonar(p, {3, 4}));
}

/// The start that messages 2002 to 2091 have in common.
inline ByteBuilder jsf_stamped(std::size_t bytes, double seconds) {
  const auto whole = static_cast<std::int32_t>(seconds);
  return ByteBuilder(bytes)
      .little(0, kJsfDay + whole)
      .little(4, static_cast<std::int32_t>((seconds - whole) * 1000 + 0.5));
}

inline ByteBuilder jsf_nmea(double seconds, const std::string& text) {
  return jsf_message(2002, 101, 0, jsf_stamped(12, seconds).text(12, text));
}

inline ByteBuilder jsf_situation(double seconds, double latitude, float heading,
                                 std::uint32_t validity = 0x1FFF) {
  ByteBuilder body = jsf_stamped(100, seconds);
  body.little(12, validity).little(28, latitude).little(36, -70.0).little(44, 12.5F).little(48, 7.5F);
  body.little(52, -0.25F).little(56, 1.2F).little(60, -1.6F).little(68, 1.5F).little(72, -2.5F);
  return jsf_message(2091, 101, 0, body.little(76, heading).little(80, 1495.0F));
}

}  // namespace towfish::recorder_bytes
