#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace towfish::process {

/// Where the frames of a replay were cut, so that they can be emitted again exactly as they were.
///
/// 16 bytes a frame; of more than kMost the older half is forgotten. Threads: one thread.
class EmittedFrames {
 public:
  static constexpr std::size_t kMost = std::size_t{1} << 20;

  struct Frame {
    std::uint64_t first_ping;
    std::uint64_t pings;
  };

  /// The first frame to be added has this sequence.
  explicit EmittedFrames(std::uint64_t first_sequence) noexcept : first_sequence_(first_sequence) {}

  void add(Frame frame) {
    if (frames_.size() == kMost) {
      frames_.erase(frames_.begin(), frames_.begin() + kMost / 2);
      first_sequence_ += kMost / 2;
    }
    frames_.push_back(frame);
  }
  [[nodiscard]] bool empty() const noexcept { return frames_.empty(); }
  [[nodiscard]] std::uint64_t first() const noexcept { return first_sequence_; }
  [[nodiscard]] std::uint64_t end() const noexcept { return first_sequence_ + frames_.size(); }
  [[nodiscard]] const Frame& at(std::uint64_t sequence) const noexcept {
    return frames_[sequence - first_sequence_];
  }

  /// The last frame that begins at this ping or before it; the first one when none does. Not when empty.
  [[nodiscard]] std::uint64_t of_ping(std::uint64_t ping) const noexcept {
    const auto after = std::upper_bound(frames_.begin(), frames_.end(), ping,
                                        [](std::uint64_t p, const Frame& f) { return p < f.first_ping; });
    return first_sequence_ +
           static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(after - frames_.begin(), 1) - 1);
  }

  /// The latest frame from which on there are at least so many pings; the first one when there are fewer.
  [[nodiscard]] std::uint64_t before_end(std::uint64_t pings) const noexcept {
    std::uint64_t sequence = end();
    for (std::uint64_t held = 0; sequence > first_sequence_ && held < pings;) held += at(--sequence).pings;
    return sequence;
  }

 private:
  std::uint64_t first_sequence_;
  std::vector<Frame> frames_;
};

}  // namespace towfish::process
