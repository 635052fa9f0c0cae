#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace towfish {

/// Which way the transducer looks. Port and starboard images are unrelated.
enum class Side : std::uint8_t { port = 0, starboard = 1 };

inline constexpr std::array<Side, 2> kSides{Side::port, Side::starboard};

/// For arrays with one element a side.
constexpr std::size_t index(Side side) noexcept {
  return static_cast<std::size_t>(side);
}

constexpr Side other(Side side) noexcept {
  return side == Side::port ? Side::starboard : Side::port;
}

constexpr std::string_view name(Side side) noexcept {
  return side == Side::port ? "port" : "starboard";
}

}  // namespace towfish
