#pragma once

#include <cstdint>
#include <numbers>
#include <vector>

#include "tests/logs/byte_builder.hpp"

/// Recordings of formats other than XTF and JSF, byte by byte from the tables of their descriptions.
namespace towfish::recorder_bytes {

inline ByteBuilder sdf_page(const std::vector<std::uint32_t>& port,
                            const std::vector<std::uint32_t>& starboard, std::uint32_t version = 3502,
                            std::uint32_t frequency_hz = 455000) {
  constexpr double kRadians = std::numbers::pi / 180;
  ByteBuilder page(4 + 512);
  page.little(0, std::uint32_t{0xFFFFFFFF}).little(8, version).little(32, std::uint32_t{75});
  page.little(36, std::uint32_t{225});
  const std::uint32_t date[] = {2015, 7, 8, 13, 30, 15, 20};
  for (std::size_t i = 0; i < 7; ++i) page.little(72 + 4 * i, date[i]);
  page.little(116, -1.5F).little(120, 2.5F).little(140, 123.5F);
  page.little(148, 58.25 * kRadians)
      .little(156, -11.5 * kRadians)
      .little(184, std::uint32_t{512})
      .little(208, 17.25F)
      .little(212, 6.5F);
  page.little(408, frequency_hz);
  for (const auto* side : {&port, &starboard}) {
    page.little(page.size(), static_cast<std::uint32_t>(side->size()));
    for (const std::uint32_t sample : *side) page.little(page.size(), sample);
  }
  return page.little(4, static_cast<std::uint32_t>(page.size() - 4));
}

inline ByteBuilder lowrance_header(std::uint16_t format) {
  return ByteBuilder(8).little(0, format).little(4, std::uint16_t{3200});
}

inline void append_sl2(ByteBuilder& file, std::uint16_t channel, const std::vector<std::uint8_t>& samples) {
  ByteBuilder frame(144);
  frame.little(0, static_cast<std::uint32_t>(file.size()));
  frame.little(28, static_cast<std::uint16_t>(144 + samples.size())).little(32, channel);
  frame.little(34, static_cast<std::uint16_t>(samples.size())).little(40, -100.0F).little(44, 100.0F);
  frame.little(53, std::uint8_t{3}).little(60, std::uint32_t{1400000000}).little(64, 10.0F).little(100, 2.0F);
  frame.little(108, std::int32_t{1372428}).little(112, std::int32_t{8179735});
  frame.little(128, std::numbers::pi_v<float> / 2)
      .little(132, std::uint16_t{0x0112})
      .little(140, std::uint32_t{500});
  for (const std::uint8_t sample : samples) frame.little(frame.size(), sample);
  file.append(frame);
}

inline void append_sl3(ByteBuilder& file, std::uint16_t channel, const std::vector<std::uint8_t>& samples) {
  ByteBuilder frame(168);
  frame.little(0, static_cast<std::uint32_t>(file.size())).little(4, std::uint32_t{10});
  frame.little(8, static_cast<std::uint16_t>(168 + samples.size())).little(12, channel).little(20, -100.0F);
  frame.little(24, 100.0F)
      .little(40, std::uint32_t{1400000000})
      .little(44, static_cast<std::uint32_t>(samples.size()));
  frame.little(48, 10.0F).little(52, std::uint8_t{3}).little(84, 2.0F).little(92, std::int32_t{1372428});
  frame.little(96, std::int32_t{8179735}).little(116, std::uint16_t{0x0012}).little(124, std::uint32_t{500});
  for (const std::uint8_t sample : samples) frame.little(frame.size(), sample);
  file.append(frame);
}

/// The 67-byte head of a real 798 recording, tag by tag.
inline ByteBuilder humminbird_ping(std::uint8_t beam, std::uint32_t record,
                                   const std::vector<std::uint8_t>& samples) {
  ByteBuilder ping;
  ping.big(0, std::uint32_t{0xC0DEAB21});
  const auto tag4 = [&](std::uint8_t tag, std::uint32_t value) {
    ping.big(ping.size(), tag).big(ping.size(), value);
  };
  const auto tag1 = [&](std::uint8_t tag, std::uint8_t value) {
    ping.big(ping.size(), tag).big(ping.size(), value);
  };
  tag4(0x80, record);
  tag4(0x81, record * 100);
  tag4(0x82, static_cast<std::uint32_t>(-12414199));
  tag4(0x83, 4396652);
  tag4(0x84, 0x000101B9);
  tag4(0x85, 0x00010014);
  tag4(0x87, 18);
  tag1(0x50, beam);
  tag1(0x51, 10);
  tag4(0x92, 455000);
  tag1(0x53, 4);
  tag1(0x54, 1);
  tag4(0x95, 0x1A);
  tag1(0x56, 0x2F);
  tag1(0x57, 0x39);
  tag4(0xA0, static_cast<std::uint32_t>(samples.size()));
  ping.big(ping.size(), std::uint8_t{0x21});
  for (const std::uint8_t sample : samples) ping.big(ping.size(), sample);
  return ping;
}

inline ByteBuilder svlog_ping(std::uint8_t channel, std::uint32_t number,
                              const std::vector<std::uint16_t>& results) {
  ByteBuilder frame(8 + 52);
  frame.text(0, "BR")
      .little(2, static_cast<std::uint16_t>(52 + 2 * results.size()))
      .little(4, std::uint16_t{2198});
  frame.little(8, number).little(12, std::uint32_t{1000}).little(16, std::uint32_t{30000});
  frame.little(24, std::uint32_t{450000}).little(30, static_cast<std::uint16_t>(results.size()));
  frame.little(32, std::uint16_t{14850})
      .little(34, channel)
      .little(44, 40.0F)
      .little(48, 0.0F)
      .little(56, 77.0F);
  for (std::size_t i = 0; i < results.size(); ++i) frame.little(60 + 2 * i, results[i]);
  return frame.little(frame.size(), std::uint16_t{0});
}

}  // namespace towfish::recorder_bytes
