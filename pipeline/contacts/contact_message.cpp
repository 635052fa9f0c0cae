#include "pipeline/contacts/contact_message.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace towfish::contact_message {

namespace {

constexpr std::array<std::uint8_t, 2> kMagic{'T', 'F'};
enum class Kind : std::uint8_t { contact = 1, thumbnail = 2 };
constexpr std::size_t kHeaderBytes = 5;  // Magic, version, kind, length.
constexpr std::size_t kCrcBytes = 2;
constexpr std::size_t kThumbnailBytes = kThumbnailSize * kThumbnailSize / 2;
constexpr std::size_t kPartHeaderBytes = kHeaderBytes + 7;
constexpr std::uint8_t kStarboard = 1;
constexpr std::uint8_t kExtended = 2;
constexpr std::uint16_t kUnknown16 = 0xFFFF;
constexpr std::int32_t kUnknown32 = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kMillisecondNs = 1'000'000;

/// CRC-16/CCITT-FALSE: polynomial 0x1021, begins with 0xFFFF, not reflected.
std::uint16_t crc16(std::span<const std::uint8_t> bytes) noexcept {
  std::uint32_t crc = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= static_cast<std::uint32_t>(byte) << 8;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc & 0x8000) != 0 ? (crc << 1 ^ 0x1021) & 0xFFFF : crc << 1 & 0xFFFF;
  }
  return static_cast<std::uint16_t>(crc);
}

class Writer {
 public:
  Writer(Kind kind, std::size_t bytes) {
    out_.reserve(bytes);
    put(kMagic[0]);
    put(kMagic[1]);
    put(kVersion);
    put(static_cast<std::uint8_t>(kind));
    put(static_cast<std::uint8_t>(bytes - 1));  // One less, so that 256 fits.
  }
  template <class T>
  void put(T value) {
    const auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof value; ++i) out_.push_back(static_cast<std::uint8_t>(bits >> 8 * i));
  }
  /// `value` in steps; unknown or out of range: 0xFFFF.
  void put_steps(double value, double step) {
    const double steps = std::round(value / step);
    put(steps >= 0 && steps < kUnknown16 ? static_cast<std::uint16_t>(steps) : kUnknown16);
  }
  void put_degrees(double degrees) {
    put(std::isfinite(degrees) ? static_cast<std::int32_t>(std::lround(degrees * 1e7)) : kUnknown32);
  }
  std::vector<std::uint8_t> finish() {
    put(crc16(out_));
    return std::move(out_);
  }

 private:
  std::vector<std::uint8_t> out_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> in) : in_(in) {}
  template <class T>
  T get() {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) bits |= static_cast<std::uint64_t>(in_[at_++]) << 8 * i;
    return static_cast<T>(bits);
  }
  float get_steps(double step) {
    const auto steps = get<std::uint16_t>();
    return steps == kUnknown16 ? kUnknown : static_cast<float>(steps * step);
  }
  double get_degrees() {
    const auto value = get<std::int32_t>();
    return value == kUnknown32 ? kUnknownDegrees : value * 1e-7;
  }
  [[nodiscard]] std::span<const std::uint8_t> rest() const { return in_.subspan(at_); }

 private:
  std::span<const std::uint8_t> in_;
  std::size_t at_ = 0;
};

std::uint8_t count8(std::uint64_t value) {
  return static_cast<std::uint8_t>(std::min<std::uint64_t>(value, 255));
}

Message decode_contact(Reader in) {
  Message m;
  m.contact_id = in.get<std::uint32_t>();
  const auto milliseconds = in.get<std::int64_t>();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / kMillisecondNs;
  if (milliseconds >= -kMost && milliseconds <= kMost) m.time_utc_ns = milliseconds * kMillisecondNs;
  m.position.latitude_deg = in.get_degrees();
  m.position.longitude_deg = in.get_degrees();
  m.error.semi_major_m = in.get_steps(0.01);
  m.error.semi_minor_m = in.get_steps(0.01);
  m.error.bearing_deg = in.get_steps(0.01);
  m.contact_class = static_cast<ContactClass>(std::min<std::uint8_t>(in.get<std::uint8_t>(), 2));
  const auto flags = in.get<std::uint8_t>();
  m.side = (flags & kStarboard) != 0 ? Side::starboard : Side::port;
  m.extended = (flags & kExtended) != 0;
  m.confidence = static_cast<float>(in.get<std::uint8_t>()) / 255;
  m.looks = in.get<std::uint8_t>();
  m.misses = in.get<std::uint8_t>();
  for (float* size : {&m.length_m, &m.width_m, &m.height_m, &m.shadow_length_m, &m.slant_range_m,
                      &m.altitude_m, &m.heading_deg}) {
    *size = in.get_steps(0.01);
  }
  m.frequency_khz = in.get_steps(0.1);
  m.ping = in.get<std::uint32_t>();
  m.sample = in.get<std::uint16_t>();
  m.thumbnail_packets = in.get<std::uint8_t>();
  return m;
}

ThumbnailPart decode_thumbnail(Reader in) {
  ThumbnailPart part;
  part.contact_id = in.get<std::uint32_t>();
  part.part = in.get<std::uint8_t>();
  part.offset = in.get<std::uint16_t>();
  part.bytes.assign(in.rest().begin(), in.rest().end());
  return part;
}

}  // namespace

Message message_of(const Contact& contact, bool with_thumbnail) {
  const Look& best = contact.best;
  Message m;
  m.contact_id = static_cast<std::uint32_t>(contact.id);
  m.position = contact.position;
  m.error = contact.error;
  m.time_utc_ns = best.time_utc_ns;
  m.contact_class = contact.contact_class;
  m.side = best.side;
  m.extended = contact.extended;
  m.confidence = contact.confidence;
  m.looks = count8(contact.looks.size());
  m.misses = count8(contact.misses);
  m.length_m = contact.length_m;
  m.width_m = contact.width_m;
  m.height_m = contact.height_m;
  m.shadow_length_m = best.shadow_length_m;
  m.slant_range_m = best.slant_range_m;
  m.altitude_m = best.altitude_m;
  m.heading_deg = best.heading_deg;
  m.frequency_khz = best.frequency_khz > 0 ? best.frequency_khz : kUnknown;
  m.ping = static_cast<std::uint32_t>(best.ping);
  m.sample = static_cast<std::uint16_t>(std::min<std::uint32_t>(best.sample, 0xFFFF));
  m.thumbnail_packets = with_thumbnail ? kThumbnailPackets : 0;
  return m;
}

std::vector<std::uint8_t> encode(const Message& m) {
  Writer out(Kind::contact, kContactBytes);
  out.put(m.contact_id);
  out.put(m.time_utc_ns == kUnknownTime ? kUnknownTime : m.time_utc_ns / kMillisecondNs);
  out.put_degrees(m.position.latitude_deg);
  out.put_degrees(m.position.longitude_deg);
  out.put_steps(m.error.semi_major_m, 0.01);
  out.put_steps(m.error.semi_minor_m, 0.01);
  out.put_steps(m.error.bearing_deg, 0.01);
  out.put(static_cast<std::uint8_t>(m.contact_class));
  out.put(
      static_cast<std::uint8_t>((m.side == Side::starboard ? kStarboard : 0) | (m.extended ? kExtended : 0)));
  out.put(static_cast<std::uint8_t>(std::lround(std::clamp(m.confidence, 0.0F, 1.0F) * 255)));
  out.put(m.looks);
  out.put(m.misses);
  for (const float size :
       {m.length_m, m.width_m, m.height_m, m.shadow_length_m, m.slant_range_m, m.altitude_m, m.heading_deg}) {
    out.put_steps(size, 0.01);
  }
  out.put_steps(m.frequency_khz, 0.1);
  out.put(m.ping);
  out.put(m.sample);
  out.put(m.thumbnail_packets);
  return out.finish();
}

std::vector<std::vector<std::uint8_t>> encode_thumbnail(std::uint32_t contact_id, const Chip& chip) {
  constexpr std::size_t kScale = Chip::kSize / kThumbnailSize;
  std::array<std::uint8_t, kThumbnailBytes> thumbnail{};
  for (std::size_t i = 0; i < kThumbnailSize * kThumbnailSize; ++i) {
    const std::size_t first = i / kThumbnailSize * kScale * Chip::kSize + i % kThumbnailSize * kScale;
    const unsigned sum = chip.pixels[first] + chip.pixels[first + 1] + chip.pixels[first + Chip::kSize] +
                         chip.pixels[first + Chip::kSize + 1];
    const unsigned level = sum / (4 * 16);
    thumbnail[i / 2] = static_cast<std::uint8_t>(thumbnail[i / 2] | (i % 2 == 0 ? level << 4 : level));
  }
  std::vector<std::vector<std::uint8_t>> packets;
  constexpr std::size_t kPart = (kThumbnailBytes + kThumbnailPackets - 1) / kThumbnailPackets;
  for (std::size_t offset = 0; offset < kThumbnailBytes; offset += kPart) {
    const std::size_t count = std::min(kPart, kThumbnailBytes - offset);
    Writer out(Kind::thumbnail, kPartHeaderBytes + count + kCrcBytes);
    out.put(contact_id);
    out.put(static_cast<std::uint8_t>(packets.size()));
    out.put(static_cast<std::uint16_t>(offset));
    for (std::size_t i = 0; i < count; ++i) out.put(thumbnail[offset + i]);
    packets.push_back(out.finish());
  }
  return packets;
}

void Decoder::feed(std::span<const std::uint8_t> bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Packet> Decoder::next() {
  std::size_t at = 0;
  std::optional<Packet> packet;
  while (!packet && buffer_.size() - at >= kHeaderBytes) {
    const auto here = std::span(buffer_).subspan(at);
    const std::size_t length = here[4] + std::size_t{1};
    const auto kind = static_cast<Kind>(here[3]);
    const bool plausible = here[0] == kMagic[0] && here[1] == kMagic[1] && here[2] == kVersion &&
                           ((kind == Kind::contact && length == kContactBytes) ||
                            (kind == Kind::thumbnail && length > kPartHeaderBytes + kCrcBytes));
    const bool whole = here.size() >= length;
    if (plausible && !whole && !ended_) break;
    const std::size_t checked = length - std::min(length, kCrcBytes);
    if (plausible && whole && crc16(here.first(checked)) == (here[checked] | here[checked + 1] << 8)) {
      const Reader body(here.subspan(kHeaderBytes, checked - kHeaderBytes));
      if (kind == Kind::contact) {
        packet = decode_contact(body);
      } else {
        packet = decode_thumbnail(body);
      }
      at += length;
    } else {
      ++at;
      ++skipped_;
    }
  }
  if (ended_ && !packet) {
    skipped_ += buffer_.size() - at;
    at = buffer_.size();
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at));
  return packet;
}

}  // namespace towfish::contact_message
