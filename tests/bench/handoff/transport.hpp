#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>

namespace towfish::handoff {

inline constexpr std::size_t kFrameBytes = std::size_t{1} << 20U;
inline constexpr std::size_t kDepth = 16;  ///< Frames under way at the most, where that can be chosen.

/// A way to hand frames of kFrameBytes from one process to another.
///
/// Made before the two processes are forked; then each calls its start_...() and its own half only.
/// Everything blocks until it can go on, and throws when it cannot.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual void start_producer() = 0;
  virtual void start_consumer() = 0;

  /// Where the next frame is to be filled.
  virtual std::span<std::byte> loan() = 0;
  virtual void publish() = 0;

  /// Waits for the next frame; it stays readable until release().
  virtual std::span<const std::byte> receive() = 0;
  virtual void release() = 0;

  /// Either half is done: whatever is still under way gets there.
  virtual void stop() {}
};

std::unique_ptr<Transport> make_ring();
std::unique_ptr<Transport> make_message_queue();
std::unique_ptr<Transport> make_pipe();
std::unique_ptr<Transport> make_unix_stream();
std::unique_ptr<Transport> make_unix_seqpacket();
#ifdef HANDOFF_ZEROMQ
std::unique_ptr<Transport> make_zeromq();
#endif
#ifdef HANDOFF_ICEORYX
std::unique_ptr<Transport> make_iceoryx();
#endif

/// What every transport carries and every consumer checks in the same way: its number in words spread over
/// the frame, and the moment of its publication.
class BenchFrame {
 public:
  static constexpr std::uint64_t kEnd = ~std::uint64_t{0};  ///< As a number: there is no further frame.

  static void fill(std::span<std::byte> frame, std::span<const std::byte> samples, std::uint64_t number) {
    std::memcpy(frame.data(), samples.data(), kFrameBytes);
    for (std::size_t at = 0; at < kFrameBytes; at += kSpread) put(frame, at, number);
  }
  static void stamp(std::span<std::byte> frame, std::int64_t published_ns) {
    std::memcpy(&frame[kStampAt], &published_ns, sizeof published_ns);
  }
  static std::uint64_t number(std::span<const std::byte> frame) { return get(frame, 0); }
  static std::int64_t published_ns(std::span<const std::byte> frame) {
    std::int64_t stamp = 0;
    std::memcpy(&stamp, &frame[kStampAt], sizeof stamp);
    return stamp;
  }
  static bool is_whole(std::span<const std::byte> frame, std::uint64_t number) {
    bool whole = frame.size() >= kFrameBytes;
    for (std::size_t at = 0; whole && at < kFrameBytes; at += kSpread) whole = get(frame, at) == number;
    return whole;
  }

 private:
  static constexpr std::size_t kSpread = kFrameBytes / 16;
  static constexpr std::size_t kStampAt = 8;
  static void put(std::span<std::byte> frame, std::size_t at, std::uint64_t value) {
    std::memcpy(&frame[at], &value, sizeof value);
  }
  static std::uint64_t get(std::span<const std::byte> frame, std::size_t at) {
    std::uint64_t value = 0;
    std::memcpy(&value, &frame[at], sizeof value);
    return value;
  }
};

}  // namespace towfish::handoff
