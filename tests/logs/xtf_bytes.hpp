#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/logs/byte_builder.hpp"

/// XTF files byte by byte, from the tables of the XTF File Format Specification, Rev 42.
namespace towfish::xtf_bytes {

struct Channel {
  std::uint8_t type = 1;
  std::uint16_t bytes_per_sample = 2;
  std::uint8_t sample_format = 0;
  std::uint16_t unipolar = 1;
  std::uint16_t correction = 1;
  float frequency_khz = 400;
  std::uint32_t reserved = 0;
};

inline ByteBuilder file_header(const std::vector<Channel>& channels, std::uint16_t nav_units = 3,
                               const std::string& version = "223") {
  const std::size_t further = channels.size() > 6 ? (channels.size() - 6 + 7) / 8 : 0;
  ByteBuilder header(1024 * (1 + further));
  header.little(0, std::uint8_t{123}).little(1, std::uint8_t{1}).text(2, "TESTER").text(10, version);
  header.text(18, "SIDE LOOKER").little(164, nav_units);
  header.little(166, static_cast<std::uint16_t>(channels.size()));
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const Channel& c = channels[i];
    const std::size_t at = 256 + 128 * i;
    header.little(at, c.type).little(at + 1, static_cast<std::uint8_t>(i)).little(at + 2, c.correction);
    header.little(at + 4, c.unipolar).little(at + 6, c.bytes_per_sample).little(at + 8, c.reserved);
    header.text(at + 12, "CH" + std::to_string(i)).little(at + 28, 5.0F).little(at + 32, c.frequency_khz);
    header.little(at + 74, c.sample_format);
  }
  return header;
}

/// One channel within a ping: its header as it stands in the file, and its samples' bytes in file order.
struct Trace {
  std::uint16_t number = 0;
  std::uint32_t samples = 0;  ///< What NumSamples says.
  ByteBuilder bytes{};
  float slant_range_m = 75;
  float ground_range_m = 0;
  float delay_s = 0;
  float duration_s = 0.1F;
  std::int16_t weight = 0;
};

template <class T>
Trace trace(std::uint16_t number, const std::vector<T>& samples) {
  Trace t{.number = number, .samples = static_cast<std::uint32_t>(samples.size())};
  for (std::size_t i = 0; i < samples.size(); ++i) t.bytes.little(i * sizeof(T), samples[i]);
  return t;
}

/// Where and when of a ping; the defaults are a plain one.
struct Where {
  std::uint8_t minute = 30;
  std::uint8_t second = 15;
  std::uint8_t hundredths = 20;
  float sound_velocity = 750;
  double sensor_y = 58.25;
  double sensor_x = 11.5;
  double ship_y = 0;
  double ship_x = 0;
  float layback_m = 0;
  float heading_deg = 90;
  float altitude_m = 10;
  float speed_kn = 4;
  std::uint32_t attitude_tag_ms = 0;
  std::uint8_t beam = 0;  ///< SubChannelNumber of the packet.
};

inline ByteBuilder ping(const std::vector<Trace>& traces, const Where& w = {}, std::size_t pad_each_to = 1) {
  ByteBuilder packet(256);
  packet.little(0, std::uint16_t{0xFACE}).little(2, std::uint8_t{0}).little(3, w.beam);
  packet.little(4, static_cast<std::uint16_t>(traces.size()));
  packet.little(14, std::uint16_t{2015}).little(16, std::uint8_t{7}).little(17, std::uint8_t{8});
  packet.little(18, std::uint8_t{13}).little(19, w.minute).little(20, w.second).little(21, w.hundredths);
  packet.little(32, w.sound_velocity).little(128, w.ship_y).little(136, w.ship_x).little(152, w.speed_kn);
  packet.little(160, w.sensor_y).little(168, w.sensor_x).little(184, w.layback_m).little(192, 5.5F);
  packet.little(196, w.altitude_m).little(204, -1.5F).little(208, 2.5F).little(212, w.heading_deg);
  packet.little(216, 0.25F).little(224, w.attitude_tag_ms);
  for (const Trace& t : traces) {
    ByteBuilder channel(64);
    channel.little(0, t.number).little(4, t.slant_range_m).little(8, t.ground_range_m).little(12, t.delay_s);
    channel.little(16, t.duration_s).little(42, t.samples).little(58, t.weight);
    channel.append(ByteBuilder(t.bytes).pad_to(pad_each_to));
    packet.append(channel);
  }
  packet.pad_to(64);
  return packet.little(10, static_cast<std::uint32_t>(packet.size()));
}

/// A 64-byte packet of another type, filled in by the caller.
inline ByteBuilder small_packet(std::uint8_t type, const std::function<void(ByteBuilder&)>& fill = {}) {
  ByteBuilder packet(64);
  packet.little(0, std::uint16_t{0xFACE}).little(2, type).little(10, std::uint32_t{64});
  if (fill) fill(packet);
  return packet;
}

}  // namespace towfish::xtf_bytes
