#include "pipeline/logs/xtf_header.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace towfish {
namespace {

constexpr std::uint8_t kFileFormat = 123;
constexpr std::size_t kHeaderBytes = 1024;
constexpr std::size_t kChannelBytes = 128;
constexpr std::size_t kChannelsInFirst = 6;
constexpr std::size_t kChannelsInFurther = 8;
constexpr std::size_t kMaxChannels = 64;

/// BytesPerSample decides, since before Rev 41 SampleFormat was reserved and may hold anything.
int sample_bytes(const Fields& info, std::uint8_t sample_format) {
  const auto told = info.little<std::uint16_t>(6);
  if (told == 1 || told == 2 || told == 4) return told;
  switch (sample_format) {
    case 8:
      return 1;
    case 1:
    case 2:
    case 5:
      return 4;
    default:
      return 2;
  }
}

SampleType sample_type(const Fields& info) {
  const std::uint8_t sample_format = info.u8(74);
  const bool unipolar = info.little<std::uint16_t>(4) == 1;
  switch (sample_bytes(info, sample_format)) {
    case 1:
      return SampleType::u8;
    case 4:
      if (sample_format == 1) return SampleType::ibm_f32;
      if (sample_format == 5) return SampleType::f32;
      return unipolar ? SampleType::u32 : SampleType::i32;
    default:
      return unipolar ? SampleType::u16 : SampleType::i16;
  }
}

XtfChannel channel(const Fields& info) {
  XtfChannel channel;
  channel.type = info.u8(0);
  channel.ground_range = info.little<std::uint16_t>(2) == 2;
  channel.samples = sample_type(info);
  channel.samples_per_ping = info.little<std::uint32_t>(8);
  channel.name = info.text(12, 16);
  const float frequency = info.little<float>(32);
  channel.frequency_khz = std::isfinite(frequency) && frequency > 0 && frequency < 1e5F ? frequency : 0;
  return channel;
}

bool pads_channels(const std::string& version) {
  int number = 0;
  std::from_chars(version.data(), version.data() + version.size(), number);
  return number >= 303 && number <= 312;
}

}  // namespace

bool may_be_xtf(std::span<const std::byte> start) noexcept {
  return !start.empty() && start[0] == std::byte{kFileFormat};
}

std::optional<XtfHeader> read_xtf_header(FileWindow& file) {
  Fields fields = file.fields(0, kHeaderBytes);
  if (fields.size() < kHeaderBytes) return std::nullopt;
  const std::size_t count = std::size_t{fields.little<std::uint16_t>(166)} +
                            fields.little<std::uint16_t>(168) + fields.u8(170) + fields.u8(171) +
                            fields.little<std::uint16_t>(172) + fields.u8(174);
  if (count > kMaxChannels) return std::nullopt;

  XtfHeader header;
  const std::string version = fields.text(10, 8);
  header.program = fields.text(2, 8) + (version.empty() ? "" : " " + version);
  header.sonar = fields.text(18, 16);
  header.projected_metres = fields.little<std::uint16_t>(164) == 0;
  header.pads_channels = pads_channels(version);
  const std::size_t further = count > kChannelsInFirst ? count - kChannelsInFirst : 0;
  header.bytes = kHeaderBytes * (1 + (further + kChannelsInFurther - 1) / kChannelsInFurther);

  fields = file.fields(0, header.bytes);
  if (fields.size() < header.bytes) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    header.channels.push_back(
        channel(Fields(fields.bytes().subspan(256 + i * kChannelBytes, kChannelBytes))));
  }
  return header;
}

}  // namespace towfish
