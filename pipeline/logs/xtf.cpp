#include "pipeline/logs/xtf.hpp"

#include <algorithm>

#include "pipeline/logs/channel_choice.hpp"
#include "pipeline/sonar/error.hpp"

// Offsets follow the XTF File Format Specification, Rev 42 (2019), byte by byte.
namespace towfish {
namespace {

constexpr std::uint16_t kMagic = 0xFACE;
constexpr std::size_t kPacketHeaderBytes = 14;
constexpr std::size_t kPingHeaderBytes = 256;
constexpr std::uint32_t kMaxPacketBytes = 1U << 28;
constexpr std::size_t kSearchedBytes = 16U << 10;
constexpr std::uint8_t kSonar = 0;
/// Packets are padded to 64 bytes; some recorders add a second 64.
constexpr std::uint64_t kMaxPaddingBytes = 128;

}  // namespace

XtfRecording::XtfRecording(std::unique_ptr<LogFile> file, const LogOptions& options)
    : file_(std::move(file)), window_(*file_), utm_zone_(options.utm_zone) {
  const auto header = read_xtf_header(window_);
  if (!header) {
    throw InputError(file_->path().string() +
                     ": starts like XTF, but is too short for its header or counts more than 64 channels");
  }
  header_ = *header;
  offset_ = header_.bytes;
  if (file_->size() > offset_ && !packet_at(offset_) && !resynchronise(offset_)) {
    throw InputError(file_->path().string() + ": starts like XTF, but holds no XTF packet");
  }
  describe(options);
}

void XtfRecording::describe(const LogOptions& options) {
  std::array<std::vector<std::size_t>, 2> sides;
  for (std::size_t i = 0; i < header_.channels.size(); ++i) {
    const std::uint8_t type = header_.channels[i].type;
    if (type != 1 && type != 2) continue;
    sides[type - 1U].push_back(i);
    sidescan_.push_back(i);
  }
  if (sidescan_.empty()) {
    throw InputError(file_->path().string() + ": XTF without side-scan channels (" +
                     std::to_string(header_.channels.size()) + " channels, none of them port or starboard)");
  }
  description_.format = "XTF";
  description_.recorder = header_.program;
  description_.sonar = header_.sonar;
  for (std::size_t k = 0; k < std::max(sides[0].size(), sides[1].size()); ++k) {
    ChannelPair pair;
    auto& indices = pairs_.emplace_back();
    for (const Side side : kSides) {
      if (k >= sides[index(side)].size()) continue;
      indices[index(side)] = sides[index(side)][k];
      const XtfChannel& channel = header_.channels[sides[index(side)][k]];
      pair.has[index(side)] = true;
      pair.frequency_khz = std::max(pair.frequency_khz, channel.frequency_khz);
      pair.name += (pair.name.empty() ? "" : " / ") + channel.name;
      if (channel.ground_range) description_.remarks.emplace_back("samples are recorded in ground range");
    }
    description_.pairs.push_back(pair);
  }
  complete_description();
  description_.pair = choose_pair(description_.pairs, options, file_->path());
  if (header_.projected_metres && utm_zone_.empty()) {
    description_.remarks.emplace_back(
        "positions are metres of an unstated projection and left out; give its zone with --utm");
  }
  check_utm_zone(utm_zone_);
}

/// Where the file header does not tell frequencies, the first packets may.
void XtfRecording::complete_description() {
  const std::uint64_t start = offset_;
  for (int packets = 0; packets < 64; ++packets) {
    const auto packet = next_packet();
    if (!packet) break;
    if (packet->type != kSonar) continue;
    std::uint64_t at = kPingHeaderBytes;
    for (std::size_t i = 0; i < packet->channels; ++i) {
      const auto channel = channel_at(*packet, at, i);
      if (!channel) break;
      at = end_of(*channel) - packet->at;
      const auto frequency = static_cast<float>(channel->fields.little<std::uint16_t>(26));
      float& known = header_.channels[channel->info].frequency_khz;
      if (known == 0) known = frequency;
    }
  }
  rewind({start, 0});
  for (std::size_t k = 0; k < pairs_.size(); ++k) {
    for (const auto& channel : pairs_[k]) {
      float& frequency = description_.pairs[k].frequency_khz;
      if (channel) frequency = std::max(frequency, header_.channels[*channel].frequency_khz);
    }
  }
}

void XtfRecording::rewind(const Mark& mark) {
  offset_ = mark[0];
  fix_.reset();
  attitude_.reset();
  attitude_tag_ms_.reset();
}

std::optional<XtfRecording::Packet> XtfRecording::packet_at(std::uint64_t at) {
  const Fields fields = window_.fields(at, kPacketHeaderBytes);
  if (fields.size() < kPacketHeaderBytes || fields.little<std::uint16_t>(0) != kMagic) return std::nullopt;
  const Packet packet{at, fields.u8(2), fields.little<std::uint16_t>(4), fields.little<std::uint32_t>(10)};
  const bool fits = packet.bytes >= kPacketHeaderBytes && packet.bytes < kMaxPacketBytes &&
                    packet.bytes <= file_->size() - at;
  const bool has_ping = packet.type != kSonar || packet.bytes >= kPingHeaderBytes;
  return fits && has_ping ? std::optional(packet) : std::nullopt;
}

bool XtfRecording::leads_on(const Packet& packet) {
  const std::uint64_t end = packet.at + packet.bytes;
  return end == file_->size() || window_.fields(end, 2).little<std::uint16_t>(0) == kMagic;
}

/// Whether a packet that is followed by garbage is itself sound: then the garbage is to blame.
bool XtfRecording::holds_together(const Packet& packet) {
  if (packet.type != kSonar) return packet.bytes <= 64U << 10;
  std::uint64_t at = kPingHeaderBytes;
  for (std::size_t i = 0; i < packet.channels; ++i) {
    const auto channel = channel_at(packet, at, i);
    if (!channel) return false;
    at = end_of(*channel) - packet.at;
  }
  return packet.bytes < at + kMaxPaddingBytes;
}

bool XtfRecording::plausible_date(const Packet& packet) {
  if (packet.type != kSonar) return true;
  const Fields fields = window_.fields(packet.at, 22);
  return fields.u8(16) < 13 && fields.u8(17) < 33 && fields.u8(18) < 24 && fields.u8(19) < 60 &&
         fields.u8(20) < 61;
}

std::optional<XtfRecording::Packet> XtfRecording::resynchronise(std::uint64_t from) {
  for (std::uint64_t at = from; at + kPacketHeaderBytes <= file_->size();) {
    const auto bytes = window_.bytes(at, kSearchedBytes);
    if (bytes.size() < kPacketHeaderBytes) return std::nullopt;
    const auto found = std::find(bytes.begin(), bytes.end(), std::byte{0xCE});
    at += static_cast<std::uint64_t>(found - bytes.begin());
    if (found == bytes.end()) continue;
    const auto packet = packet_at(at);
    if (packet && leads_on(*packet) && plausible_date(*packet)) return packet;
    ++at;
  }
  return std::nullopt;
}

std::optional<XtfRecording::Packet> XtfRecording::next_packet() {
  if (offset_ >= file_->size()) return std::nullopt;
  auto packet = packet_at(offset_);
  if (packet && !leads_on(*packet) && !holds_together(*packet)) {
    faults_.note("packet_length_wrong", offset_);
    packet = resynchronise(offset_ + 1);
  } else if (!packet) {
    const bool started = window_.fields(offset_, 2).little<std::uint16_t>(0) == kMagic;
    const std::uint64_t broken = offset_;
    packet = resynchronise(offset_ + 1);
    faults_.note(packet ? "garbage_between_packets" : started ? "truncated_tail" : "garbage_at_end", broken);
  }
  offset_ = packet ? packet->at + packet->bytes : file_->size();
  return packet;
}

bool XtfRecording::next(RecordedPing& out) {
  while (const auto packet = next_packet()) {
    if (packet->type == kSonar) {
      if (read_ping(*packet, out)) return true;
    } else {
      read_navigation(*packet);
    }
  }
  return false;
}

}  // namespace towfish
