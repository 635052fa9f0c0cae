#include "pipeline/shore/shore_message.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <variant>

namespace towfish::shore {

static_assert(std::endian::native == std::endian::little);

namespace {

constexpr std::string_view kMagic = "TS";
constexpr std::size_t kHeaderBytes = 20;
constexpr std::size_t kMostName = 32;

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
T get(std::string_view bytes, std::size_t at) noexcept {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// The one contact packet that makes up these bytes.
std::optional<contact_message::Message> contact_in(std::string_view bytes) {
  contact_message::Decoder decoder;
  decoder.feed({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  decoder.finish();
  const auto packet = decoder.next();
  if (!packet || bytes.size() != contact_message::kContactBytes) return std::nullopt;
  const auto* contact = std::get_if<contact_message::Message>(&*packet);
  return contact != nullptr ? std::optional(*contact) : std::nullopt;
}

constexpr bool allowed(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string encode(const ShoreMessage& message) {
  std::string out(kMagic);
  put(out, ShoreMessage::kVersion);
  put(out, message.kind);
  put(out, message.run);
  put(out, message.number);
  if (message.kind == ShoreMessage::Kind::contact) {
    const auto packet = contact_message::encode(message.contact);
    out.append(reinterpret_cast<const char*>(packet.data()), packet.size());
  } else if (message.kind == ShoreMessage::Kind::withdrawn) {
    put(out, message.contact_id);
  } else {
    out += message.health;
  }
  return out;
}

std::optional<ShoreMessage> decode(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  if (get<std::uint8_t>(bytes, 2) != ShoreMessage::kVersion) return std::nullopt;
  ShoreMessage message;
  message.kind = get<ShoreMessage::Kind>(bytes, 3);
  message.run = get<std::int64_t>(bytes, 4);
  message.number = get<std::uint64_t>(bytes, 12);
  const std::string_view body = bytes.substr(kHeaderBytes);
  switch (message.kind) {
    case ShoreMessage::Kind::contact: {
      const auto contact = contact_in(body);
      if (!contact) return std::nullopt;
      message.contact = *contact;
      message.contact_id = contact->contact_id;
      return message;
    }
    case ShoreMessage::Kind::withdrawn:
      if (body.size() != sizeof message.contact_id) return std::nullopt;
      message.contact_id = get<std::uint32_t>(body, 0);
      return message;
    case ShoreMessage::Kind::health:
      if (body.size() > ShoreMessage::kMostHealth) return std::nullopt;
      message.health = body;
      return message;
  }
  return std::nullopt;
}

std::string stream_of(const std::string& vehicle) {
  return "TOWFISH_SHORE_" + vehicle;
}

std::string subjects_of(const std::string& vehicle) {
  return "towfish.shore." + vehicle + ".>";
}

std::string subject_of(const std::string& vehicle, const ShoreMessage& message) {
  if (message.kind == ShoreMessage::Kind::health) return "towfish.shore." + vehicle + ".health";
  return fmt::format("towfish.shore.{}.{}.{}", vehicle, message.run, message.contact_id);
}

bool is_vehicle_name(std::string_view wanted) noexcept {
  return !wanted.empty() && wanted.size() <= kMostName && std::ranges::all_of(wanted, allowed);
}

std::string vehicle_name(const std::string& wanted) {
  std::string name = wanted;
  if (name.empty()) {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    name = host.data();
  }
  name.resize(std::min(name.size(), kMostName));
  std::ranges::replace_if(
      name, [](char c) { return !allowed(c); }, '-');
  return name.empty() ? "vehicle" : name;
}

}  // namespace towfish::shore
