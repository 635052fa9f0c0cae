#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/contacts/contact_message.hpp"

namespace towfish::shore {

/// What a vehicle says to the shore in one message of its stream. Byte table: docs/shore.md.
struct ShoreMessage {
  enum class Kind : std::uint8_t {
    contact = 1,    ///< A contact as it is now.
    withdrawn = 2,  ///< It was merged into another one, or is none after all.
    health = 3,     ///< How the vehicle is.
  };
  static constexpr std::uint8_t kVersion = 1;
  static constexpr std::size_t kMostHealth = 4096;  ///< Bytes.

  Kind kind = Kind::contact;
  std::int64_t run = 0;          ///< Of the vehicle: when it began, nanoseconds since 1970.
  std::uint64_t number = 0;      ///< Higher than that of every message of the run before it.
  std::uint32_t contact_id = 0;  ///< contact and withdrawn. Numbers begin anew with every run.
  contact_message::Message contact = {};
  std::string health = {};  ///< JSON.
};

std::string encode(const ShoreMessage& message);

/// Empty when these bytes are no such message, or one of another version.
std::optional<ShoreMessage> decode(std::string_view bytes);

/// The stream that keeps a vehicle's messages, and the subjects of its messages: of each, the newest is kept.
std::string stream_of(const std::string& vehicle);
std::string subjects_of(const std::string& vehicle);
std::string subject_of(const std::string& vehicle, const ShoreMessage& message);

/// The name that a vehicle goes by: `wanted`, or this machine's where that is empty, what is not allowed in
/// it replaced. Whether `wanted` is one as it stands: 1 to 32 letters, digits, - and _.
std::string vehicle_name(const std::string& wanted);
bool is_vehicle_name(std::string_view wanted) noexcept;

}  // namespace towfish::shore
