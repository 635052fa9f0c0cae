#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "pipeline/sonar/contact.hpp"

/// Contacts as small binary packets for low-rate links such as an acoustic modem. Byte table:
/// docs/contact-message.md. Little-endian; every packet carries its length and a CRC, so a receiver finds the
/// next one after noise.
namespace towfish::contact_message {

/// Bump when a field is added, moved, resized or changes meaning.
inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kContactBytes = 61;
inline constexpr std::size_t kThumbnailSize = 32;
inline constexpr std::size_t kThumbnailPackets = 3;
inline constexpr std::size_t kLargestPacket = 256;

/// What travels of a contact. NaN = unknown. Values out of a field's range travel as unknown, never as
/// another value.
struct Message {
  std::uint32_t contact_id = 0;
  Position position = kNoPosition;
  ErrorEllipse error;
  std::int64_t time_utc_ns = kUnknownTime;  ///< To the millisecond.
  ContactClass contact_class = ContactClass::milec;
  Side side = Side::port;
  bool extended = false;
  float confidence = 0;
  std::uint8_t looks = 0;
  std::uint8_t misses = 0;
  float length_m = kUnknown;
  float width_m = kUnknown;
  float height_m = kUnknown;
  float shadow_length_m = kUnknown;
  float slant_range_m = kUnknown;
  float altitude_m = kUnknown;
  float heading_deg = kUnknown;
  float frequency_khz = kUnknown;
  std::uint32_t ping = 0;
  std::uint16_t sample = 0;
  std::uint8_t thumbnail_packets = 0;
};

/// A part of a contact's thumbnail: rows of 32 x 32 pixels, 4 bits each, the left one in the high bits.
struct ThumbnailPart {
  std::uint32_t contact_id = 0;
  std::uint8_t part = 0;
  std::uint16_t offset = 0;  ///< Of the first byte within the 512 of the thumbnail.
  std::vector<std::uint8_t> bytes;
};

Message message_of(const Contact& contact, bool with_thumbnail);
std::vector<std::uint8_t> encode(const Message& message);
/// The packets of a chip, reduced to 32 x 32 pixels of 16 levels.
std::vector<std::vector<std::uint8_t>> encode_thumbnail(std::uint32_t contact_id, const Chip& chip);

using Packet = std::variant<Message, ThumbnailPart>;

/// Takes the packets out of a stream of bytes, in which there may be noise and broken packets. Threads: one
/// thread.
class Decoder {
 public:
  void feed(std::span<const std::uint8_t> bytes);
  /// The next whole packet; none: more bytes are needed.
  [[nodiscard]] std::optional<Packet> next();
  /// Bytes passed over because they belong to no packet that can be read.
  [[nodiscard]] std::uint64_t skipped() const noexcept { return skipped_; }
  /// There is nothing more to come: next() no longer waits for the rest of a packet.
  void finish() noexcept { ended_ = true; }

 private:
  std::vector<std::uint8_t> buffer_;
  std::uint64_t skipped_ = 0;
  bool ended_ = false;
};

/// One line of JSON.
std::string json_line(const Packet& packet);

}  // namespace towfish::contact_message
