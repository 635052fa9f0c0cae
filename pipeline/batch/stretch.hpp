#pragma once

#include <cstdint>
#include <limits>

namespace towfish::batch {

inline constexpr std::uint64_t kToTheEnd = std::numeric_limits<std::uint64_t>::max();

/// Pings of one log that are scanned in one go: `first` up to, not including, `end`.
/// A stretch that begins behind another ends with whole frames: both are multiples of the frame length.
struct Stretch {
  std::uint64_t first = 0;
  std::uint64_t end = kToTheEnd;
  bool operator==(const Stretch&) const = default;
};

/// Cuts a log of about `pings` pings into stretches of equal length, a multiple of `frame_pings`: as many as
/// there are, at least `least` and at most `most` pings each, aiming at 128. The last one goes to the end, so
/// the count need not be exact.
struct Cut {
  std::uint64_t least = 1024;
  std::uint64_t most = 16384;
  std::uint64_t frame_pings = 16;

  [[nodiscard]] constexpr std::uint64_t length(std::uint64_t pings) const noexcept {
    constexpr std::uint64_t kAimedAt = 128;
    const std::uint64_t wanted = pings / kAimedAt;
    const std::uint64_t bounded = wanted < least ? least : wanted > most ? most : wanted;
    return (bounded + frame_pings - 1) / frame_pings * frame_pings;
  }
  [[nodiscard]] constexpr std::uint64_t stretches(std::uint64_t pings) const noexcept {
    const std::uint64_t whole = pings / length(pings);
    return whole == 0 ? 1 : whole;
  }
  [[nodiscard]] constexpr Stretch stretch(std::uint64_t index, std::uint64_t pings) const noexcept {
    const std::uint64_t each = length(pings);
    return {index * each, index + 1 == stretches(pings) ? kToTheEnd : (index + 1) * each};
  }
};

}  // namespace towfish::batch
